import type { AuditCheck } from "../../../../../core/audit/audit_checks.ts";
import type { AuditVerification } from "../../../../../core/audit/verify_audit.ts";
import { counted } from "../../../../../core/calls/spoken_figures.ts";
import Badge from "../../../(_components)/Badge.tsx";
import Card from "../../../(_components)/Card.tsx";
import Command from "../../../(_components)/Command.tsx";
import { TextField } from "../../../(_components)/Fields.tsx";
import Form, { Actions } from "../../../(_components)/Form.tsx";
import RelativeTime from "../../../(_components)/RelativeTime.tsx";
import { formOf, type FormState } from "../../../(_http)/form_state.ts";

interface ChainCardProps {
  /** The last entries, as they were verified for this page. */
  end: AuditVerification;
  /** The whole log, as it was verified last; `null` when nobody asked yet. */
  whole: AuditCheck | null;
  /** Whether it was verified for this answer. */
  isNew: boolean;
  form: FormState | null;
  now: string;
}

/** Whether the log is as it was written, and how to find out. */
export default function ChainCard({ end, whole, isNew, form, now }: ChainCardProps) {
  const broken = [end, ...whole === null ? [] : [whole]].find(({ ok }) => !ok);
  const verify = formOf(form, "verify");
  return (
    <Card id="chain" title="The chain">
      <div data-live="chain" class="chain">
        <p>
          <Badge kind={broken === undefined ? "good" : "bad"}>
            {broken === undefined ? "whole" : "broken"}
          </Badge>{" "}
          {broken === undefined
            ? <>Its end is sealed, and {lastWords(end)} as it was written.</>
            : <strong>{problemWords(broken)}</strong>}
        </p>
        {whole !== null && (
          <p role={isNew ? "status" : undefined}>
            All of it was verified <RelativeTime at={whole.at} now={now} />: {whole.ok
              ? `${
                counted(whole.count, "entry").replace("entrys", "entries")
              }, as they were written.`
              : problemWords(whole)}
          </p>
        )}
        {end.last !== null && (
          <p class="quiet">
            Note down where it ends, outside of the gateway, so that an older copy of the whole
            store is found, too: <Command text={`${end.last.seq}:${end.last.hash}`} />
          </p>
        )}
      </div>
      <details class="verify" open={form !== null || isNew}>
        <summary>Verify all of it</summary>
        <Form form={verify} look="inline" label="Verify">
          <TextField
            form={verify}
            name="expect"
            label="An entry that was noted down"
            required={false}
            placeholder="120:<its hash>"
            isCode
          />
          <Actions submit="Verify now" kind="plain" />
        </Form>
      </details>
    </Card>
  );
}

function lastWords({ count, last }: AuditVerification): string {
  if (last === null || count === last.seq) return "every entry is";
  return count === 1 ? "the last entry is" : `each of the last ${count} entries is`;
}

/** What is wrong, and where. */
function problemWords({ problem }: AuditVerification): string {
  if (problem === null) return "";
  const where = problem.seq === null ? "its end" : `entry ${problem.seq}`;
  return `It is broken at ${where}: ${problem.message}.`;
}
