import type { Board } from "../../../../../core/analytics/read_board.ts";
import { fieldId, TextField, valueOf } from "../../../(_components)/Fields.tsx";
import type { FormState } from "../../../(_http)/form_state.ts";
import FilterForm from "../../(_components)/FilterForm.tsx";

interface AnalyticsFiltersProps {
  form: FormState;
  workspaces: readonly string[];
  /** What was found, for what can be typed. */
  board: Board | null;
}

const FURTHER = ["server", "tool", "member", "from", "to", "timeZone"];

/** Zones that are offered; every other one can be typed. */
const ZONES = [
  "UTC",
  "America/Los_Angeles",
  "America/Denver",
  "America/Chicago",
  "America/New_York",
  "America/Sao_Paulo",
  "Europe/London",
  "Europe/Berlin",
  "Europe/Kyiv",
  "Africa/Lagos",
  "Asia/Dubai",
  "Asia/Kolkata",
  "Asia/Singapore",
  "Asia/Shanghai",
  "Asia/Tokyo",
  "Australia/Sydney",
];

/** Which calls are counted. */
export default function AnalyticsFilters({ form, workspaces, board }: AnalyticsFiltersProps) {
  const chosen = valueOf(form, "workspace");
  const unknown = chosen !== "" && !workspaces.includes(chosen) ? [chosen] : [];
  return (
    <FilterForm
      form={form}
      action="/analytics"
      label="Analytics"
      further={FURTHER}
      first={
        <>
          <select id={fieldId(form, "workspace")} name="workspace" aria-label="Workspace">
            <option value="">All workspaces</option>
            {[...unknown, ...workspaces].map((slug) => (
              <option key={slug} value={slug} selected={slug === chosen}>{slug}</option>
            ))}
          </select>
          {["period", "by"].map((name) => {
            const value = valueOf(form, name);
            return value === "" ? null : (
              <input
                key={name}
                type="hidden"
                name={name}
                value={value}
              />
            );
          })}
        </>
      }
    >
      <TextField
        form={form}
        name="server"
        label="Server"
        required={false}
        placeholder="internal-api"
        isCode
      />
      <TextField
        form={form}
        name="member"
        label="Member"
        required={false}
        placeholder="Name, e-mail or token id"
      />
      <TextField
        form={form}
        name="tool"
        label="Tool"
        required={false}
        placeholder="search"
        isCode
      />
      <TextField
        form={form}
        name="from"
        label="From"
        required={false}
        type={typeOf(form, "from")}
      />
      <TextField form={form} name="to" label="To" required={false} type={typeOf(form, "to")} />
      <div class="field">
        <TextField
          form={form}
          name="timeZone"
          label="Time zone"
          required={false}
          placeholder={board?.report.timeZone ?? "UTC"}
          {...{ suggestions: ZONES.map((zone) => ({ value: zone, label: zone })) }}
        />
      </div>
    </FilterForm>
  );
}

/** A day is picked; a time that an address says is a text. */
function typeOf(form: FormState, name: string): "date" | "text" {
  return /^(\d{4}-\d{2}-\d{2})?$/.test(valueOf(form, name)) ? "date" : "text";
}
