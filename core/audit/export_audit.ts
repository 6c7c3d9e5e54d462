import { jsonLine } from "../json_line.ts";
import { viewAuditEntry } from "./audit_entry.ts";
import type { AuditFilter } from "./audit_filter.ts";
import type { AuditStore } from "./audit_store.ts";

/** So many entries are read at a time. */
const PIECE = 200;

/**
 * All entries that a filter lets through, the newest first, as lines of JSON, and one line at the
 * end which says how many there are: a file without it is not whole.
 *
 * What is written after it began is not in it. `signal` ends it between two pieces.
 */
export async function* exportAudit(
  audit: Pick<AuditStore, "list">,
  filter: AuditFilter,
  signal: AbortSignal,
): AsyncGenerator<string> {
  let cursor: string | null = null;
  let count = 0;
  do {
    signal.throwIfAborted();
    const { items, nextCursor } = await audit.list({ limit: PIECE, cursor }, filter);
    count += items.length;
    // Also where nothing matched: whoever reads is looked at again with each piece.
    yield items.map((entry) => jsonLine(viewAuditEntry(entry))).join("");
    cursor = nextCursor;
  } while (cursor !== null);
  yield jsonLine({ end: { entries: count } });
}
