import { z } from "zod";
import type { Actor } from "../audit/actor.ts";
import { changesBetween, changesExcept } from "../audit/audit_entry.ts";
import type { AuditStore } from "../audit/audit_store.ts";
import { refusal } from "../errors.ts";
import { TokenId, WorkspaceId } from "../ids.ts";
import { commitWithRetry } from "../kv/commit.ts";
import { touchWorkspaces } from "../kv/epochs.ts";
import { keys, prefixes } from "../kv/keys.ts";
import { listPage, type Page, type PageQuery } from "../kv/pages.ts";
import { holdOwner, listRecords, parseEntry, parseRecord } from "../kv/records.ts";
import { memberKeyOf } from "../members/member_key.ts";
import { dropOwnSecrets, type OwnPlace, uncount } from "../members/member_secret_store.ts";
import { joinMember, leaveMember, touchMembers } from "../members/member_store.ts";
import { Workspace } from "../workspaces/workspace.ts";
import { Token, tokenStatus } from "./token.ts";

/** The most tokens that one workspace keeps, spent ones included. */
export const MAX_TOKENS_PER_WORKSPACE = 5_000;

/** Tokens whose keys, and their people's counters, fit into one commit. */
const TOKENS_PER_COMMIT = 200;

/** Fields that say nothing of what somebody changed, or stand in an entry's subject. */
const UNAUDITED = ["id", "workspaceId", "name", "hash", "visibleStart", "createdAt"];

/** Where the token of a hash is kept. */
const TokenPlace = z.object({ workspaceId: WorkspaceId, id: TokenId });

/** Keeps members' tokens, by the hash of their text. */
export class TokenStore {
  readonly #kv: Deno.Kv;
  readonly #audit: AuditStore;

  constructor(kv: Deno.Kv, audit: AuditStore) {
    this.#kv = kv;
    this.#audit = audit;
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
   * active, or the person has 200 that are, it throws `limit_reached`. Throws `conflict`
   * when the workspace has a token of this id.
   */
  async add(by: Actor, token: Token, now: Date): Promise<boolean> {
    const { workspaceId, id, hash } = token;
    let own: OwnPlace[] = [];

    const wasAdded = await this.#audit.commit(
      by,
      `create a token in "${workspaceId}"`,
      async () => {
        own = [];
        const [workspace, same] = await this.#kv.getMany([
          keys.workspace(workspaceId),
          keys.token(workspaceId, id),
        ]);
        if (workspace.versionstamp === null) {
          return { atomic: null, result: false };
        }
        const made = parseEntry(Token, same);
        if (made !== null) throw wasMade(made);

        const atomic = holdOwner(this.#kv.atomic(), workspace)
          .check({ key: keys.tokenByHash(hash), versionstamp: null }, same)
          .set(keys.tokenByHash(hash), { workspaceId, id }, lifeOf(token))
          .set(keys.token(workspaceId, id), token, lifeOf(token));
        await joinMember(this.#kv, atomic, token, now);
        const spent = await this.#makeRoom(workspaceId, now);
        if (spent !== null) {
          own = await dropOwnOf(this.#kv, atomic, spent);
          dropTokens(atomic, [spent]);
        }
        const entry = {
          action: "token.create",
          subject: subjectOf(workspace, token),
          changes: {
            ...changesExcept(null, token, UNAUDITED),
            ...changesBetween(spent === null ? null : { forgotten: spent.id }, null, ["forgotten"]),
          },
        };
        return { atomic: touchWorkspaces(atomic, [workspaceId]), result: true, entry };
      },
    );
    await uncount(this.#kv, own);
    return wasAdded;
  }

  /**
   * Revokes a token from `now` on, and gives it as it is stored then; `null` when
   * it is gone. Once this has resolved, no call with the token is accepted. A
   * token that was revoked before keeps its date.
   */
  async revoke(
    by: Actor,
    token: Pick<Token, "workspaceId" | "id">,
    now: Date,
  ): Promise<Token | null> {
    let own: OwnPlace[] = [];
    const revoked = await this.#audit.commit(by, `revoke token "${token.id}"`, async () => {
      own = [];
      const [kept, workspace] = await this.#kv.getMany([
        keys.token(token.workspaceId, token.id),
        keys.workspace(token.workspaceId),
      ]);
      const stored = parseEntry(Token, kept);
      if (stored === null || stored.revokedAt !== null) {
        return { atomic: null, result: stored };
      }

      const result = { ...stored, revokedAt: now.toISOString() };
      const atomic = this.#kv.atomic().check(kept).set(kept.key, result, lifeOf(result));
      touchMembers(leaveMember(atomic, stored), [stored]);
      own = await dropOwnOf(this.#kv, atomic, stored);
      const entry = {
        action: "token.revoke",
        subject: subjectOf(workspace, stored),
        changes: changesBetween(stored, result, ["revokedAt"]),
      };
      return { atomic: touchWorkspaces(atomic, [stored.workspaceId]), result, entry };
    });
    await uncount(this.#kv, own);
    return revoked;
  }

  /**
   * Changes a token, and gives it as it is stored then; `null` when it is gone. What
   * changes nothing is not stored.
   */
  update(
    by: Actor,
    token: Pick<Token, "workspaceId" | "id">,
    change: (stored: Token) => Token,
  ): Promise<Token | null> {
    return this.#audit.commit(by, `change token "${token.id}"`, async () => {
      const [kept, workspace] = await this.#kv.getMany([
        keys.token(token.workspaceId, token.id),
        keys.workspace(token.workspaceId),
      ]);
      const stored = parseEntry(Token, kept);
      if (stored === null) return { atomic: null, result: null };

      const result = change(stored);
      const changes = changesExcept(stored, result, UNAUDITED);
      if (Object.keys(changes).length === 0) return { atomic: null, result: stored };
      const entry = { action: "token.update", subject: subjectOf(workspace, stored), changes };
      const atomic = this.#kv.atomic().check(kept).set(kept.key, result, lifeOf(result));
      return { atomic: touchWorkspaces(atomic, [stored.workspaceId]), result, entry };
    });
  }

  /**
   * Clears away the tokens of a workspace that was removed, with the secrets that each had
   * set for itself alone, and gives their ids.
   */
  async removeAll(workspaceId: WorkspaceId): Promise<TokenId[]> {
    const tokens = await this.listAll(workspaceId);
    for (const token of tokens) await clearOwnSecrets(this.#kv, token);
    for (let at = 0; at < tokens.length; at += TOKENS_PER_COMMIT) {
      const group = tokens.slice(at, at + TOKENS_PER_COMMIT);
      await commitWithRetry(`clear the tokens of "${workspaceId}"`, () => {
        const atomic = dropTokens(this.#kv.atomic(), group);
        return Promise.resolve({ atomic, result: undefined });
      });
    }
    return tokens.map(({ id }) => id);
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

/** How long after its end the store lets a token of the playground go. */
const PLAYGROUND_REST_MS = 3_600_000;

/** What is nobody's leaves by itself; people's tokens stay until there is no room. */
function lifeOf({ playground, createdAt, expiresAt }: Token): { expireIn?: number } {
  if (playground === undefined || expiresAt === null) return {};
  return { expireIn: Date.parse(expiresAt) - Date.parse(createdAt) + PLAYGROUND_REST_MS };
}

/** Who sent the same form twice may have lost what the first answer showed. */
function wasMade({ name, visibleStart }: Token): Error {
  return refusal(
    "conflict",
    `This form was sent before: it made the token ${visibleStart}… of ${name}, which was shown ` +
      "then. If nobody has it, revoke it and create another one.",
  );
}

function subjectOf(
  workspace: Deno.KvEntryMaybe<unknown>,
  { workspaceId, id, name }: Token,
): Record<string, string> {
  const slug = parseEntry(Workspace, workspace)?.slug ?? workspaceId;
  return { workspace: slug, workspaceId, token: id, person: name };
}

/** Those of a person who has an address are for all of their tokens, and stay. */
async function dropOwnOf(
  kv: Deno.Kv,
  atomic: Deno.AtomicOperation,
  token: Token,
): Promise<OwnPlace[]> {
  return token.email === null ? await dropOwnSecrets(kv, atomic, memberKeyOf(token)) : [];
}

async function clearOwnSecrets(kv: Deno.Kv, token: Token): Promise<void> {
  if (token.email !== null) return;
  const own = await commitWithRetry(`clear the secrets of token "${token.id}"`, async () => {
    const atomic = kv.atomic();
    const result = await dropOwnOf(kv, atomic, token);
    return { atomic: result.length === 0 ? null : atomic, result };
  });
  await uncount(kv, own);
}

function dropTokens(
  atomic: Deno.AtomicOperation,
  tokens: readonly Token[],
): Deno.AtomicOperation {
  for (const token of tokens) {
    const { workspaceId, id, hash } = token;
    atomic.delete(keys.token(workspaceId, id)).delete(keys.tokenByHash(hash));
    leaveMember(atomic, token);
  }
  return touchMembers(atomic, tokens);
}
