import type { WaitingView } from "../../../../../../core/definitions/definition_view.ts";
import type { Holding } from "../../../../../../core/definitions/view_definitions.ts";
import { visibleText } from "../../../../../../core/definitions/visible_text.ts";
import Badge from "../../../../(_components)/Badge.tsx";
import Card from "../../../../(_components)/Card.tsx";
import { isChosen } from "../../../../(_components)/Fields.tsx";
import Form from "../../../../(_components)/Form.tsx";
import LongText from "../../../../(_components)/LongText.tsx";
import RelativeTime from "../../../../(_components)/RelativeTime.tsx";
import type { FormState } from "../../../../(_http)/form_state.ts";
import DefinitionBody from "./DefinitionBody.tsx";
import DiffView from "./DiffView.tsx";
import HoldingLine from "./HoldingLine.tsx";

/** What waits at a server, as far as this page shows it. */
export interface WaitingPart {
  shown: WaitingView[];
  total: number;
  /** From 1 on. */
  page: number;
  pages: number;
  /** Another text as soon as anything else waits. */
  mark: string;
  holding: Holding;
}

interface WaitingCardProps {
  slug: string;
  waiting: WaitingPart;
  /** `null` for who may look only. */
  form: FormState | null;
  now: string;
}

/** Definitions that no admin has approved, with what differs, and the decision. */
export default function WaitingCard({ slug, waiting, form, now }: WaitingCardProps) {
  const { shown, total, holding } = waiting;
  const list = (
    <ul class="changes">
      {shown.map((one) => <Change key={one.fullId} change={one} form={form} now={now} />)}
    </ul>
  );
  return (
    <Card id="waiting" title="Waiting for an admin" count={String(total)}>
      <HoldingLine holding={holding} />
      {form === null ? list : (
        <Form form={form} label="Approve or dismiss definitions">
          <input type="hidden" name="mark" value={waiting.mark} />
          <Decisions waiting={waiting} />
          {list}
        </Form>
      )}
      <WaitingPages slug={slug} waiting={waiting} />
    </Card>
  );
}

function Decisions({ waiting: { shown, total } }: { waiting: WaitingPart }) {
  const all = total === shown.length ? `all ${total}` : `all ${total}, on every page`;
  return (
    <div class="decisions">
      <button type="submit" name="act" value="approve" class="button">Approve checked</button>
      <button type="submit" name="act" value="dismiss" class="button plain">
        Dismiss checked
      </button>
      {total > 1 && (
        <>
          <button type="submit" name="act" value="approve-all" class="button plain">
            Approve {all}
          </button>
          <button type="submit" name="act" value="dismiss-all" class="button plain">
            Dismiss {all}
          </button>
        </>
      )}
    </div>
  );
}

interface ChangeProps {
  change: WaitingView;
  form: FormState | null;
  now: string;
}

function Change({ change: one, form, now }: ChangeProps) {
  const { fullId, id, kind, change, seenAt, diff, isAllShown, text } = one;
  const name = visibleText(one.name);
  const label = `${kind} ${name.slice(0, 100).toWellFormed()} (${id})`;
  return (
    <li class="change">
      <div class="change-head">
        {form !== null && (
          <input
            type="checkbox"
            name="checked[]"
            value={fullId}
            checked={isChosen(form, "checked[]", fullId, [])}
            aria-label={`Check ${name}`}
          />
        )}
        <strong class="code">
          <LongText text={name} chars={120} />
        </strong>
        <Badge kind={change === "added" ? "neutral" : "warn"}>
          {change === "added" ? `new ${kind}` : "changed"}
        </Badge>
        <span class="quiet">
          seen <RelativeTime at={seenAt} now={now} /> · <code>{id}</code>
        </span>
      </div>
      {change === "added" ? <DefinitionBody text={text} label={label} /> : (
        <>
          <DiffView diff={diff} isAllShown={isAllShown} label={label} />
          <details class="whole">
            <summary>All that it says now</summary>
            <DefinitionBody text={text} label={label} />
          </details>
        </>
      )}
      {form !== null && (
        <div class="buttons">
          <button
            type="submit"
            name="act"
            value={`approve:${fullId}`}
            class="button plain"
            aria-label={`Approve ${name}`}
          >
            Approve
          </button>
          <button
            type="submit"
            name="act"
            value={`dismiss:${fullId}`}
            class="button plain"
            aria-label={`Dismiss ${name}`}
          >
            Dismiss
          </button>
        </div>
      )}
    </li>
  );
}

function WaitingPages({ slug, waiting: { page, pages } }: { slug: string; waiting: WaitingPart }) {
  if (pages === 1) return null;
  const to = (wanted: number) => `/servers/${slug}?waiting=${wanted}#waiting`;
  return (
    <nav class="pager" aria-label="Pages of what waits">
      {page > 1 && <a class="button plain" rel="prev" href={to(page - 1)}>Previous</a>}
      <span class="quiet">Page {page} of {pages}</span>
      {page < pages && <a class="button plain" rel="next" href={to(page + 1)}>Next</a>}
    </nav>
  );
}
