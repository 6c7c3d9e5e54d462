import { type Context, page } from "fresh";
import { isAtLeast } from "../../../../../core/admins/role.ts";
import type { Pins } from "../../../../../core/definitions/pin.ts";
import {
  allWaiting,
  definitionRows,
  readDefinitionTexts,
  readHolding,
  readPins,
  readSearchTexts,
  viewWaiting,
} from "../../../../../core/definitions/view_definitions.ts";
import type { Server } from "../../../../../core/servers/server.ts";
import { findServer } from "../../../../../core/servers/find_server.ts";
import { viewServer } from "../../../../../core/servers/view_server.ts";
import type { Services } from "../../../../../core/services.ts";
import { define, type State } from "../../../../../define.ts";
import ServerFrame from "../../(_components)/ServerFrame.tsx";
import { answerForm, NOTHING_SENT, type Submitted } from "../../../(_http)/answer_form.ts";
import { formOf } from "../../../(_http)/form_state.ts";
import { readTableQuery, tablePage } from "../../../(_http)/table_query.ts";
import { AskButton, AskFailed, NothingKnown } from "./(_components)/AskServer.tsx";
import DefinitionsCard from "./(_components)/DefinitionsCard.tsx";
import WaitingCard, { type WaitingPart } from "./(_components)/WaitingCard.tsx";
import { type Asked, askIntent } from "./(_forms)/ask_form.ts";
import { reviewIntent } from "./(_forms)/review_form.ts";

/** Each may be long, and one reads all of it before one decides. */
const WAITING_PER_PAGE = 10;

/** In more definitions than these, only names are searched. */
const MAX_SEARCHED = 1_000;

export const handler = define.handlers({
  GET: (ctx) => show(ctx, NOTHING_SENT),
  POST: (ctx) =>
    answerForm(ctx, { ask: askIntent, review: reviewIntent }, (submitted) => show(ctx, submitted)),
});

async function show(ctx: Context<State>, { form, shown, status }: Submitted<Asked>) {
  const { services, admin } = ctx.state;
  const server = await findServer(services, ctx.params.slug);
  const [view, pins] = await Promise.all([
    viewServer(services, server),
    readPins(services, server.id),
  ]);
  const rows = definitionRows(pins);
  const table = await searched(services, server, pins, ctx.url);
  const [texts, waiting] = await Promise.all([
    readDefinitionTexts(services, server.id, table.rows),
    readWaiting(services, server, pins, ctx.url),
  ]);
  const tools = rows.filter(({ kind }) => kind === "tool").length;
  return page({
    server: view,
    table,
    shown: table.rows.map((row, at) => ({ row, text: texts[at] })),
    tools,
    prompts: rows.length - tools,
    isKnown: rows.length > 0 || pins.head.begun.length > 0,
    waiting,
    form,
    failed: shown?.failed ?? null,
    mayChange: admin !== null && isAtLeast(admin.role, "admin"),
    now: services.now().toISOString(),
  }, { status });
}

async function searched(
  services: Services,
  server: Server,
  pins: Pins,
  url: URL,
) {
  const rows = definitionRows(pins);
  const query = readTableQuery(url);
  const texts = query.q !== "" && rows.length <= MAX_SEARCHED
    ? await readSearchTexts(services, server.id, pins)
    : null;
  return tablePage(rows, query, {
    search: (row) => [texts?.get(row) ?? row.name, row.kind, row.state],
    sort: {},
  });
}

async function readWaiting(
  services: Services,
  server: Server,
  pins: Pins,
  url: URL,
): Promise<WaitingPart> {
  const { all, mark } = allWaiting(pins);
  const pages = Math.max(1, Math.ceil(all.length / WAITING_PER_PAGE));
  const wanted = Number(url.searchParams.get("waiting") ?? "1");
  const page = Number.isSafeInteger(wanted) ? Math.min(Math.max(1, wanted), pages) : 1;
  const start = (page - 1) * WAITING_PER_PAGE;
  const [shown, holding] = await Promise.all([
    viewWaiting(services, server.id, all.slice(start, start + WAITING_PER_PAGE)),
    all.length === 0 ? { held: [], shown: [] } : readHolding(services, server.id),
  ]);
  return { shown, total: all.length, page, pages, mark, holding };
}

export default define.page<typeof handler>(({ data, url }) => {
  const { server, waiting, form, mayChange, now } = data;
  const ask = mayChange ? formOf(form, "ask") : null;
  return (
    <ServerFrame server={server} pathname={url.pathname}>
      {data.failed !== null && <AskFailed slug={server.slug} report={data.failed} />}
      <p class="waiting-now" data-live="waiting-now">
        {waiting.total > 0 && <WaitingNow slug={server.slug} total={waiting.total} />}
      </p>
      {waiting.total > 0 && (
        <WaitingCard
          slug={server.slug}
          waiting={waiting}
          form={mayChange ? formOf(form, "review") : null}
          now={now}
        />
      )}
      {waiting.total === 0 && form?.intent === "review" && (
        <p class="problem form-problem" role="alert">{form.problem}</p>
      )}
      {data.isKnown
        ? (
          <>
            <DefinitionsCard
              url={url}
              table={data.table}
              shown={data.shown}
              tools={data.tools}
              prompts={data.prompts}
              holding={waiting.holding}
              now={now}
            />
            {ask !== null && (
              <div class="ask">
                <AskButton form={ask} />
                <span class="quiet">
                  Connects to the server and compares what it offers with what is pinned.
                </span>
              </div>
            )}
          </>
        )
        : <NothingKnown form={ask} />}
    </ServerFrame>
  );
});

/** Kept up to date, while what is decided on stays as it was loaded. */
function WaitingNow({ slug, total }: { slug: string; total: number }) {
  return (
    <span>
      {total === 1 ? "1 definition waits" : `${total} definitions wait`} for an admin now.{" "}
      <a href={`/servers/${slug}`}>Load what waits</a>
    </span>
  );
}
