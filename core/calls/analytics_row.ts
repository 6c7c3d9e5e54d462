import { z } from "zod";
import { TokenId } from "../ids.ts";
import { type Call, type Outcome, RecordedMethod } from "./call.ts";

/** How often one token called one tool, prompt or resource of one server in a period. */
export const AnalyticsRow = z.object({
  /** The person's name, as the token said it at the last call. */
  user: z.string(),
  email: z.string().nullable(),
  tokenId: TokenId,
  /** The server's slug; `null` when the name belonged to no installed server. */
  server: z.string().nullable(),
  method: RecordedMethod,
  /** The own name of the tool or prompt, or the resource's URI. */
  tool: z.string(),
  calls: z.number().int(),
  /** Calls that did not do what was asked: all but `ok` and `input_required`. */
  errors: z.number().int(),
  /** When the last of them arrived; ISO 8601, UTC. */
  lastUsed: z.string(),
});
export type AnalyticsRow = z.infer<typeof AnalyticsRow>;

/** Outcomes that are no error: what was asked for, or a question on the way to it. */
const GOOD: readonly Outcome[] = ["ok", "input_required"];

/** How many rows name their tool; more than that no person reads. */
const MAX_ROWS = 10_000;

/** Counts the calls of the tools that came after so many others. */
export const OTHER_TOOLS = "(other tools)";

/**
 * Adds calls up into rows, however many calls there are.
 *
 * A member may call any number of names that no server has. When there are more
 * rows than a report shows, later tools of a token and a server share one.
 */
export class CallCounter {
  readonly #rows = new Map<string, AnalyticsRow>();
  readonly #maxRows: number;

  constructor({ maxRows = MAX_ROWS } = {}) {
    this.#maxRows = maxRows;
  }

  /** Counts one call; the newest come first, since they say a person's name. */
  add(call: Call): void {
    const row = this.#row(call);
    row.calls++;
    if (!GOOD.includes(call.outcome)) row.errors++;
    if (call.at > row.lastUsed) row.lastUsed = call.at;
  }

  /** The rows, the last used first. */
  rows(): AnalyticsRow[] {
    return [...this.#rows.values()].sort(byLastUse);
  }

  #row(call: Call): AnalyticsRow {
    const own = this.#rows.get(rowId(call, call.tool));
    if (own !== undefined) return own;

    const tool = this.#rows.size < this.#maxRows ? call.tool : OTHER_TOOLS;
    const id = rowId(call, tool);
    const row = this.#rows.get(id) ?? emptyRow(call, tool);
    this.#rows.set(id, row);
    return row;
  }
}

function rowId(call: Call, tool: string): string {
  return JSON.stringify([call.tokenId, call.server, call.method, tool]);
}

function emptyRow(call: Call, tool: string): AnalyticsRow {
  const { person, email, tokenId, server, method, at } = call;
  const counts = { calls: 0, errors: 0, lastUsed: at };
  return { user: person, email, tokenId, server, method, tool, ...counts };
}

function byLastUse(a: AnalyticsRow, b: AnalyticsRow): number {
  if (a.lastUsed !== b.lastUsed) return a.lastUsed < b.lastUsed ? 1 : -1;
  return rankText(a) < rankText(b) ? -1 : 1;
}

function rankText({ user, server, tool, tokenId }: AnalyticsRow): string {
  return JSON.stringify([user, server, tool, tokenId]);
}
