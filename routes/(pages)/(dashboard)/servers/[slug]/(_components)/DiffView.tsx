import type { FieldDiff } from "../../../../../../core/definitions/definition_view.ts";
import type { DiffPart } from "../../../../../../core/definitions/text_diff.ts";

/** What stays the same is shown for so long beside a difference. */
const SHOWN_BESIDE = 120;

const CHANGES: Record<FieldDiff["change"], string> = {
  added: "was not there",
  removed: "is gone",
  changed: "changed",
};

interface DiffViewProps {
  diff: FieldDiff[];
  /** Whether that is all that differs. */
  isAllShown: boolean;
  /** What it is of, for who cannot see where it stands. */
  label: string;
}

/** What differs, field by field: what was trusted with "−", what is there now with "+". */
export default function DiffView({ diff, isAllShown, label }: DiffViewProps) {
  return (
    <div class="diffs">
      {diff.length === 0 && (
        <p class="quiet">
          It differs only in what is too long to be kept here, or in digits beyond what is shown.
        </p>
      )}
      {diff.map((one) => <Field key={one.field} diff={one} label={label} />)}
      {!isAllShown && <p class="quiet">More fields differ than are shown here.</p>}
    </div>
  );
}

function Field({ diff: { field, change, parts }, label }: { diff: FieldDiff; label: string }) {
  const of = `${field} of ${label}`;
  return (
    <div class="diff">
      <p class="diff-field">
        <code class="wrap">{field}</code> <span class="quiet">{CHANGES[change]}</span>
      </p>
      {change !== "added" && <Side sign="−" kind="removed" parts={parts} of={of} />}
      {change !== "removed" && <Side sign="+" kind="added" parts={parts} of={of} />}
    </div>
  );
}

interface SideProps {
  sign: string;
  kind: "removed" | "added";
  parts: readonly DiffPart[];
  of: string;
}

/** One of the two texts; what only it has is marked. */
function Side({ sign, kind, parts, of }: SideProps) {
  const own = parts.filter((part) => part.kind === "same" || part.kind === kind);
  const isWhole = own.every((part) => part.kind === kind);
  const Mark = kind === "removed" ? "del" : "ins";
  const label = `${of} ${kind === "removed" ? "as it was trusted" : "as it is now"}`;
  return (
    <div class="diff-side" data-kind={kind} tabIndex={0} role="region" aria-label={label}>
      <span class="diff-sign" aria-hidden="true">{sign}</span>
      <span class="diff-text">
        {own.map((part, at) => {
          if (part.kind === "same") {
            return <span key={at}>{shortened(part.text, at === 0, at === own.length - 1)}</span>;
          }
          return isWhole ? <span key={at}>{part.text}</span> : <Mark key={at}>{part.text}</Mark>;
        })}
      </span>
    </div>
  );
}

/** The begin and the end of what stays the same, as far as a difference is beside it. */
function shortened(text: string, isFirst: boolean, isLast: boolean): string {
  if (text.length <= 3 * SHOWN_BESIDE) return text;
  const start = isFirst ? "" : text.slice(0, SHOWN_BESIDE).toWellFormed();
  const end = isLast ? "" : text.slice(-SHOWN_BESIDE).toWellFormed();
  const left = text.length - start.length - end.length;
  return `${start} … ${left.toLocaleString("en")} characters that stay the same … ${end}`;
}
