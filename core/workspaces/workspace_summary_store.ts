import { z } from "zod";
import { ServerId, type WorkspaceId } from "../ids.ts";
import { keys, prefixes } from "../kv/keys.ts";
import { getAll, parseRecord } from "../kv/records.ts";

/** What belongs to a workspace, as far as lists say it. */
export interface WorkspaceSummary {
  serverIds: readonly ServerId[];
  /** How many tokens of people open it: neither revoked nor expired. */
  activeTokens: number;
  /** How many of those expire within a week. */
  expiringTokens: number;
}

/** A token that expires within so long expires soon. */
const SOON_MS = 7 * 24 * 60 * 60 * 1000;

/** The same without a clock: how many tokens never expire, and when the others do. */
interface Known {
  epoch: bigint;
  serverIds: readonly ServerId[];
  endless: number;
  endsMs: readonly number[];
}

/** The part of a token that says whether it works. */
const TokenTimes = z.object({
  expiresAt: z.string().nullable(),
  revokedAt: z.string().nullable(),
  playground: z.literal(true).optional(),
});

const InstalledServer = z.object({ serverId: ServerId });

/** Of more workspaces than there can be, the first are forgotten. */
const MAX_KNOWN = 1_000;

/**
 * Says what belongs to workspaces without reading it each time: every change of a token or an
 * install moves the workspace's epoch, so what was read at one epoch holds while it is that one.
 */
export class WorkspaceSummaryStore {
  readonly #kv: Deno.Kv;
  readonly #known = new Map<WorkspaceId, Known>();

  constructor(kv: Deno.Kv) {
    this.#kv = kv;
  }

  /** What belongs to each of these workspaces at `now`, in the order of the ids. */
  async read(ids: readonly WorkspaceId[], now: Date): Promise<WorkspaceSummary[]> {
    // Before the rest, so that nothing is kept under an epoch which it is older than.
    const epochs = await getAll(this.#kv, ids.map(keys.epoch));
    return await Promise.all(ids.map(async (id, at) => {
      const known = await this.#at(epochOf(epochs[at]), id);
      const { serverIds, endless, endsMs } = known;
      const lasting = endsMs.filter((endMs) => endMs > now.getTime());
      const soon = lasting.filter((endMs) => endMs <= now.getTime() + SOON_MS);
      return {
        serverIds,
        activeTokens: endless + lasting.length,
        expiringTokens: soon.length,
      };
    }));
  }

  async #at(epoch: bigint, id: WorkspaceId): Promise<Known> {
    const known = this.#known.get(id);
    if (known?.epoch === epoch) return known;

    const [serverIds, times] = await Promise.all([this.#servers(id), this.#tokens(id)]);
    const ends = times
      .filter(({ revokedAt, playground }) => revokedAt === null && playground === undefined)
      .map(({ expiresAt }) => expiresAt);
    const endsMs = ends.filter((end) => end !== null).map((end) => Date.parse(end));
    const read = { epoch, serverIds, endless: ends.length - endsMs.length, endsMs };
    this.#keep(id, read);
    return read;
  }

  async #servers(id: WorkspaceId): Promise<ServerId[]> {
    const entries = await Array.fromAsync(this.#kv.list({ prefix: prefixes.installs(id) }));
    return entries.map((entry) => parseRecord(InstalledServer, entry).serverId);
  }

  async #tokens(id: WorkspaceId): Promise<z.output<typeof TokenTimes>[]> {
    const list = this.#kv.list({ prefix: prefixes.tokens(id) }, { batchSize: 500 });
    const entries = await Array.fromAsync(list);
    return entries.map((entry) => parseRecord(TokenTimes, entry));
  }

  #keep(id: WorkspaceId, read: Known): void {
    this.#known.delete(id);
    const oldest = this.#known.keys().next();
    if (this.#known.size >= MAX_KNOWN && !oldest.done) this.#known.delete(oldest.value);
    this.#known.set(id, read);
  }
}

function epochOf(entry: Deno.KvEntryMaybe<unknown>): bigint {
  return entry.value instanceof Deno.KvU64 ? entry.value.value : 0n;
}
