import type { CallView } from "../calls/call.ts";
import type { CallQueries } from "../calls/call_queries.ts";
import { inputRequestsOf, type InputResponses } from "../mcp/input_required.ts";
import { isObject, type JsonObject } from "../mcp/message.ts";
import { mirroredHeaders, paramHeaders } from "../mcp/param_headers.ts";
import { askGateway, type Exchange, type FrontDoor } from "./ask_gateway.ts";
import type { ShownTool } from "./list_tools.ts";
import type { OpenSeat } from "./open_playground.ts";

/** So often a server may ask in one call; each time it is declined. */
const MAX_ROUNDS = 8;

interface Deps {
  gateway: FrontDoor;
  config: { publicUrl: string };
  callQueries: CallQueries;
  now: () => Date;
}

/** What became of a call. */
export interface PlayedCall {
  /** The last request and its answer. */
  last: Exchange;
  totalMs: number;
  /** For how much of that the server was waited for. */
  upstreamMs: number;
  /** What the server wanted to know in between; all of it was declined. */
  declined: string[];
  /** Its record; `null` where it left none. */
  record: CallView | null;
}

/**
 * Calls a tool by the front door, as a member's client does: what holds for members holds here.
 *
 * There is nobody who answers what a server asks in the middle of a call, so that is declined. When
 * `signal` is aborted, the call is taken back.
 */
export async function callTool(
  deps: Deps,
  seat: OpenSeat,
  tool: ShownTool,
  args: JsonObject,
  signal?: AbortSignal,
): Promise<PlayedCall> {
  const from = deps.now();
  const headers = mirroredHeaders(paramHeaders(tool.inputSchema) ?? [], args);
  const declined: string[] = [];
  let params: JsonObject = { name: tool.name, arguments: args };
  let totalMs = 0;
  let upstreamMs = 0;

  for (let round = 1;; round++) {
    const last = await askGateway(deps, seat, { method: "tools/call", params, headers, signal });
    totalMs += last.totalMs;
    upstreamMs += last.upstreamMs;
    const asked = questionsIn(last);
    if (asked === null || round === MAX_ROUNDS) {
      return { last, totalMs, upstreamMs, declined, record: await findRecord(deps, seat, from) };
    }
    declined.push(...asked.questions);
    params = { name: tool.name, arguments: args, ...asked.answers };
  }
}

interface Asked {
  questions: string[];
  /** What the next request carries. */
  answers: { inputResponses: InputResponses; requestState?: unknown };
}

/** What a result asks for, declined; `null` where it is the last one, or cannot be declined. */
function questionsIn({ response }: Exchange): Asked | null {
  const result = response?.result;
  if (!isObject(result) || result.resultType !== "input_required") return null;

  const entries = Object.entries(inputRequestsOf(result));
  if (entries.some(([, { method }]) => method !== "elicitation/create")) return null;
  const questions = entries.map(([, { params }]) => {
    return typeof params?.message === "string" ? params.message : "(without a word)";
  });
  const inputResponses = Object.fromEntries(entries.map(([key]) => [key, { action: "decline" }]));
  const { requestState } = result;
  return {
    questions,
    answers: { inputResponses, ...requestState !== undefined && { requestState } },
  };
}

/** The newest call of this token since then: it was on the record before it was answered. */
async function findRecord(
  { callQueries }: Pick<Deps, "callQueries">,
  { workspace, token }: OpenSeat,
  from: Date,
): Promise<CallView | null> {
  const page = await callQueries.list(workspace, { limit: 1, cursor: null }, {
    member: token.id,
    from,
  });
  return page.items[0] ?? null;
}
