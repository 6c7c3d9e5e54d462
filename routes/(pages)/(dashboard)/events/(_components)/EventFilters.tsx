import { EventKind } from "../../../../../core/events/event.ts";
import type { FormState } from "../../../(_http)/form_state.ts";
import FilterForm from "../../(_components)/FilterForm.tsx";
import { KINDS } from "./event_words.ts";

/** What events are filtered by, and how people call it. */
export const EVENT_FILTERS = { kind: "Kind", server: "Server" };

/** Which events are shown. */
export default function EventFilters({ form }: { form: FormState }) {
  const kind = form.values.kind?.[0];
  return (
    <FilterForm
      form={form}
      action="/events"
      label="Events"
      first={
        <>
          <input
            type="search"
            name="server"
            value={form.values.server?.[0] ?? ""}
            placeholder="A server's slug"
            aria-label="A server's slug"
            maxLength={32}
            data-search=""
          />
          <select name="kind" aria-label="Kind">
            <option value="">All kinds</option>
            {EventKind.options.map((value) => (
              <option key={value} value={value} selected={value === kind}>
                {KINDS[value].title}
              </option>
            ))}
          </select>
        </>
      }
    />
  );
}
