import type { WorkspaceId } from "../ids.ts";
import { keys, prefixes } from "../kv/keys.ts";
import { parseRecord } from "../kv/records.ts";
import { Token } from "./token.ts";

/** So many tokens are kept in memory; those of workspaces that were asked for longest ago go. */
const MAX_KEPT = 20_000;

/** How many records are read at once. */
const BATCH_SIZE = 1_000;

/** A workspace's tokens as they were at one epoch. */
interface KeptList {
  epoch: string | null;
  tokens: readonly Token[];
}

/**
 * Gives all tokens of a workspace again and again, as pages do that search and sort them.
 *
 * A list is kept in memory by the workspace's epoch, which every change of a token moves, so
 * one read tells whether it still holds.
 */
export class TokenListStore {
  readonly #kv: Deno.Kv;
  readonly #kept = new Map<WorkspaceId, KeptList>();

  constructor(kv: Deno.Kv) {
    this.#kv = kv;
  }

  /** All tokens of a workspace, spent ones too, as they are now. */
  async list(workspaceId: WorkspaceId): Promise<readonly Token[]> {
    // First, so that what is read after it is at least as new.
    const epoch = (await this.#kv.get(keys.epoch(workspaceId))).versionstamp;
    const kept = this.#kept.get(workspaceId);
    const tokens = kept !== undefined && kept.epoch === epoch
      ? kept.tokens
      : await this.#read(workspaceId);
    this.#keep(workspaceId, { epoch, tokens });
    return tokens;
  }

  async #read(workspaceId: WorkspaceId): Promise<Token[]> {
    const selector = { prefix: prefixes.tokens(workspaceId) };
    const entries = this.#kv.list(selector, { batchSize: BATCH_SIZE });
    return await Array.fromAsync(entries, (entry) => parseRecord(Token, entry));
  }

  /** The one that was asked for last stands last. */
  #keep(workspaceId: WorkspaceId, list: KeptList): void {
    this.#kept.delete(workspaceId);
    this.#kept.set(workspaceId, list);
    let count = 0;
    for (const { tokens } of this.#kept.values()) count += tokens.length + 1;
    for (const [id, { tokens }] of this.#kept) {
      if (count <= MAX_KEPT) break;
      this.#kept.delete(id);
      count -= tokens.length + 1;
    }
  }
}
