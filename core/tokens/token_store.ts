import { z } from "zod";
import { refusal } from "../errors.ts";
import { TokenId, WorkspaceId } from "../ids.ts";
import { commitWithRetry } from "../kv/commit.ts";
import { touchWorkspaces } from "../kv/epochs.ts";
import { keys, prefixes } from "../kv/keys.ts";
import { listPage, type Page, type PageQuery } from "../kv/pages.ts";
import { holdOwner, listRecords, parseEntry, parseRecord } from "../kv/records.ts";
import { Token, tokenStatus } from "./token.ts";

/** The most tokens that one workspace keeps, spent ones included. */
export const MAX_TOKENS_PER_WORKSPACE = 5_000;

/** Tokens whose two keys fit into one commit. */
const TOKENS_PER_COMMIT = 400;

/** Where the token of a hash is kept. */
const TokenPlace = z.object({ workspaceId: WorkspaceId, id: TokenId });

/** Keeps members' tokens, by the hash of their text. */
export class TokenStore {
  readonly #kv: Deno.Kv;

  constructor(kv: Deno.Kv) {
    this.#kv = kv;
  }

  /** One token, or `null`. */
  async get(workspaceId: WorkspaceId, id: TokenId): Promise<Token | null> {
    return parseEntry(Token, await this.#kv.get(keys.token(workspaceId, id)));
  }

  /** The token whose text has this hash, or `null`; also when it is spent. */
  async findByHash(hash: string): Promise<Token | null> {
    const place = parseEntry(
      TokenPlace,
      await this.#kv.get(keys.tokenByHash(hash)),
    );
    return place === null ? null : await this.get(place.workspaceId, place.id);
  }

  /** A page of a workspace's tokens. */
  async list(workspaceId: WorkspaceId, query: PageQuery): Promise<Page<Token>> {
    const page = await listPage(this.#kv, prefixes.tokens(workspaceId), query);
    return {
      items: page.items.map((entry) => parseRecord(Token, entry)),
      nextCursor: page.nextCursor,
    };
  }

  /** All tokens of a workspace; at most 5,000. */
  listAll(workspaceId: WorkspaceId): Promise<Token[]> {
    return listRecords(this.#kv, Token, prefixes.tokens(workspaceId));
  }

  /** The tokens of a workspace that open it at `now`. */
  async listActive(workspaceId: WorkspaceId, now: Date): Promise<Token[]> {
    const tokens = await this.listAll(workspaceId);
    return tokens.filter((token) => tokenStatus(token, now) === "active");
  }

  /** The tokens that an id, or the visible start or a part of it, can mean. */
  async find(workspaceId: WorkspaceId, idOrStart: string): Promise<Token[]> {
    const id = TokenId.safeParse(idOrStart);
    if (id.success) {
      const token = await this.get(workspaceId, id.data);
      return token === null ? [] : [token];
    }

    const tokens = await this.listAll(workspaceId);
    return tokens.filter((token) => token.visibleStart.startsWith(idOrStart));
  }

  /**
   * Adds a token; `false` when its workspace is gone.
   *
   * A full workspace forgets a token that is spent at `now`; when all 5,000 are
   * active it throws `limit_reached`.
   */
  add(token: Token, now: Date): Promise<boolean> {
    const { workspaceId, id, hash } = token;

    return commitWithRetry(`create a token in "${workspaceId}"`, async () => {
      const workspace = await this.#kv.get(keys.workspace(workspaceId));
      if (workspace.versionstamp === null) {
        return { atomic: null, result: false };
      }

      const atomic = holdOwner(this.#kv.atomic(), workspace)
        .check({ key: keys.tokenByHash(hash), versionstamp: null })
        .set(keys.tokenByHash(hash), { workspaceId, id })
        .set(keys.token(workspaceId, id), token);
      const spent = await this.#makeRoom(workspaceId, now);
      if (spent !== null) dropTokens(atomic, [spent]);
      return { atomic: touchWorkspaces(atomic, [workspaceId]), result: true };
    });
  }

  /**
   * Revokes a token from `now` on, and gives it as it is stored then; `null` when
   * it is gone. Once this has resolved, no call with the token is accepted. A
   * token that was revoked before keeps its date.
   */
  revoke(
    token: Pick<Token, "workspaceId" | "id">,
    now: Date,
  ): Promise<Token | null> {
    return commitWithRetry(`revoke token "${token.id}"`, async () => {
      const entry = await this.#kv.get(keys.token(token.workspaceId, token.id));
      const stored = parseEntry(Token, entry);
      if (stored === null || stored.revokedAt !== null) {
        return { atomic: null, result: stored };
      }

      const result = { ...stored, revokedAt: now.toISOString() };
      const atomic = this.#kv.atomic().check(entry).set(entry.key, result);
      return { atomic: touchWorkspaces(atomic, [stored.workspaceId]), result };
    });
  }

  /** Clears away the tokens of a workspace that was removed. */
  async removeAll(workspaceId: WorkspaceId): Promise<void> {
    const tokens = await this.listAll(workspaceId);
    for (let at = 0; at < tokens.length; at += TOKENS_PER_COMMIT) {
      const group = tokens.slice(at, at + TOKENS_PER_COMMIT);
      await commitWithRetry(`clear the tokens of "${workspaceId}"`, () => {
        const atomic = dropTokens(this.#kv.atomic(), group);
        return Promise.resolve({ atomic, result: undefined });
      });
    }
  }

  async #makeRoom(workspaceId: WorkspaceId, now: Date): Promise<Token | null> {
    const tokens = await this.listAll(workspaceId);
    if (tokens.length < MAX_TOKENS_PER_WORKSPACE) return null;

    const spent = tokens.find((token) => tokenStatus(token, now) !== "active");
    if (spent !== undefined) return spent;
    throw refusal(
      "limit_reached",
      `This workspace has ${MAX_TOKENS_PER_WORKSPACE} active tokens, the most that fit; ` +
        "revoke one that nobody uses, or use another workspace.",
    );
  }
}

function dropTokens(
  atomic: Deno.AtomicOperation,
  tokens: readonly Token[],
): Deno.AtomicOperation {
  for (const { workspaceId, id, hash } of tokens) {
    atomic.delete(keys.token(workspaceId, id)).delete(keys.tokenByHash(hash));
  }
  return atomic;
}
