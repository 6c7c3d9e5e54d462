import { type Context, page } from "fresh";
import {
  AuditParams,
  auditQueryOf,
  AuditVerifyParams,
  expectedEntryOf,
} from "../../../../core/api/queries.ts";
import type { AuditCheck } from "../../../../core/audit/audit_checks.ts";
import { viewAuditEntry } from "../../../../core/audit/audit_entry.ts";
import { verifyAuditEnd } from "../../../../core/audit/verify_audit.ts";
import { define, type State } from "../../../../define.ts";
import Live from "../../../../islands/Live.tsx";
import PageHeader from "../../(_components)/PageHeader.tsx";
import { answerForm, intent, NOTHING_SENT, type Submitted } from "../../(_http)/answer_form.ts";
import { optional } from "../../(_http)/form_input.ts";
import FilterChips from "../(_components)/FilterChips.tsx";
import RecordTabs from "../(_components)/RecordTabs.tsx";
import { readFilters } from "../(_http)/filters.ts";
import AuditFilters, { AUDIT_FILTERS } from "./(_components)/AuditFilters.tsx";
import AuditTable from "./(_components)/AuditTable.tsx";
import ChainCard from "./(_components)/ChainCard.tsx";

const ROWS = 25;

/** So many entries are verified whenever the page is opened. */
const ALWAYS_VERIFIED = 50;

const PageParams = AuditParams.extend({ limit: AuditParams.shape.limit.default(ROWS) });

const INTENTS = {
  verify: intent(
    "viewer",
    AuditVerifyParams.extend({ expect: optional(AuditVerifyParams.shape.expect) }),
    async (input, { services }) => {
      return { shown: await services.auditChecks.verify(expectedEntryOf(input)) };
    },
  ),
};

export const handler = define.handlers({
  GET: (ctx) => show(ctx, NOTHING_SENT),
  POST: (ctx) => answerForm(ctx, INTENTS, (submitted) => show(ctx, submitted)),
});

async function show(
  { url, state: { services } }: Context<State>,
  { form, shown, status }: Submitted<AuditCheck>,
) {
  const { audit, auditChecks, now } = services;
  const [filters, end] = await Promise.all([
    readFilters(url, PageParams, async (fields) => {
      const { page: query, filter } = auditQueryOf(fields);
      const { items, nextCursor } = await audit.list(query, filter);
      return { entries: items.map(viewAuditEntry), nextCursor, isFirst: query.cursor === null };
    }),
    verifyAuditEnd(audit, ALWAYS_VERIFIED),
  ]);
  return page({
    filters,
    chain: { end, whole: shown ?? auditChecks.last, isNew: shown !== null, form },
    now: now().toISOString(),
  }, { status: filters.wanted === null ? 400 : status });
}

export default define.page<typeof handler>(({ data, url }) => {
  const { filters: { form, wanted }, chain, now } = data;
  return (
    <>
      <PageHeader
        title="Audit"
        beside={wanted?.isFirst === true && <Live topics={["changes"]} />}
        lead="Who changed what, newest first. Each entry holds the hash of the one before it."
      />
      <RecordTabs current="/audit" />
      <ChainCard {...chain} now={now} />
      <AuditFilters form={form} />
      <FilterChips url={url} names={AUDIT_FILTERS} />
      {wanted === null
        ? <p class="problem" role="alert">Nothing was searched for: see what is marked above.</p>
        : <AuditTable {...wanted} url={url} now={now} />}
    </>
  );
});
