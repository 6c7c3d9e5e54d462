import type { Actor } from "../audit/actor.ts";
import type { AuditStore } from "../audit/audit_store.ts";
import { refusal } from "../errors.ts";
import { randomText } from "../ids.ts";
import type { LeaseStore } from "../kv/lease_store.ts";
import { findWorkspace } from "../workspaces/find_workspace.ts";
import type { WorkspaceStore } from "../workspaces/workspace_store.ts";
import type { RebuildInput, RecountReport } from "./recount.ts";
import { type RecountDeps, Recounting } from "./recounting.ts";

const BOOK_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz";

/** So often a recount says that it is still there; its lease lasts three times as long. */
const RENEW_MS = 10_000;

/** What a rebuild works with. */
export interface RebuildDeps extends RecountDeps {
  workspaces: WorkspaceStore;
  audit: AuditStore;
  leases: LeaseStore;
}

/**
 * Counts the log of a workspace again and says how its sums compare; those that differ are
 * replaced, unless that is not wanted.
 *
 * What it writes meanwhile is a book of its own, so that it may end anywhere: the next one
 * clears away what it left, and begins anew. Throws `not_found`, and `conflict` while another
 * one runs.
 */
export async function rebuildRollups(
  deps: RebuildDeps,
  by: Actor,
  slug: string,
  { repair }: RebuildInput,
): Promise<RecountReport> {
  const { audit, leases, rollups, now } = deps;
  const { id } = await findWorkspace(deps, slug);
  const lease = `recount ${id}`;
  if (!await leases.hold(lease)) throw isRunning(slug);

  let renewedMs = now().getTime();
  const goOn = async () => {
    if (now().getTime() - renewedMs < RENEW_MS) return;
    renewedMs = now().getTime();
    if (!await leases.hold(lease)) throw isRunning(slug);
  };

  try {
    for (const left of await rollups.otherBooks(id)) await rollups.bookOf(left).clear(id);
    const book = `recount-${randomText(12, BOOK_ALPHABET)}`;
    await audit.commit(by, `recount the calls of "${slug}"`, () => {
      return Promise.resolve({
        atomic: rollups.bookOf(book).begin(id),
        result: null,
        entry: {
          action: "analytics.rebuild",
          subject: { workspace: slug, workspaceId: id },
          changes: { repair: { before: null, after: repair } },
        },
      });
    });
    await deps.after?.("recount begun");

    const report = await new Recounting(id, deps, { book, repair, goOn }).run();
    await rollups.bookOf(book).clear(id);
    await deps.after?.("recount cleared away");
    return { workspace: slug, ...report };
  } finally {
    await leases.release(lease);
  }
}

function isRunning(slug: string): Error {
  return refusal(
    "conflict",
    `The calls of "${slug}" are being recounted already; wait until that is done, or half a ` +
      "minute when the process that did it was killed.",
  );
}
