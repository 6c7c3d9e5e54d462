import type { Actor } from "../audit/actor.ts";
import { changesBetween } from "../audit/audit_entry.ts";
import type { AuditStore } from "../audit/audit_store.ts";
import { refusal } from "../errors.ts";
import { AdminTokenId } from "../ids.ts";
import { keys, prefixes } from "../kv/keys.ts";
import { listPage, type Page, type PageQuery } from "../kv/pages.ts";
import { listRecords, parseEntry, parseRecord } from "../kv/records.ts";
import { AdminToken } from "./admin.ts";

/** The most `aat_…` tokens that one gateway keeps. */
export const MAX_ADMIN_TOKENS = 100;

/** Keeps admins' tokens, by the hash of their text. */
export class AdminTokenStore {
  readonly #kv: Deno.Kv;
  readonly #audit: AuditStore;

  constructor(kv: Deno.Kv, audit: AuditStore) {
    this.#kv = kv;
    this.#audit = audit;
  }

  /** The admin token whose text has this hash, or `null`; also when it is expired. */
  async findByHash(hash: string): Promise<AdminToken | null> {
    const id = parseEntry(
      AdminTokenId,
      await this.#kv.get(keys.adminTokenByHash(hash)),
    );
    if (id === null) return null;
    return parseEntry(AdminToken, await this.#kv.get(keys.adminToken(id)));
  }

  /** The admin token of this id, or `null`; also when it is expired. */
  async find(id: string): Promise<AdminToken | null> {
    if (!AdminTokenId.safeParse(id).success) return null;
    return parseEntry(AdminToken, await this.#kv.get(keys.adminToken(id)));
  }

  /** A page of admin tokens. */
  async list(query: PageQuery): Promise<Page<AdminToken>> {
    const page = await listPage(this.#kv, prefixes.adminTokens, query);
    return {
      items: page.items.map((entry) => parseRecord(AdminToken, entry)),
      nextCursor: page.nextCursor,
    };
  }

  /** Adds an admin token. Throws `limit_reached` past 100. */
  async add(by: Actor, token: AdminToken): Promise<void> {
    const all = await listRecords(this.#kv, AdminToken, prefixes.adminTokens);
    if (all.length >= MAX_ADMIN_TOKENS) {
      throw refusal(
        "limit_reached",
        `There are ${MAX_ADMIN_TOKENS} admin tokens, the most that a gateway keeps; ` +
          "remove one that nobody uses.",
      );
    }

    const hashKey = keys.adminTokenByHash(token.hash);
    await this.#audit.commit(by, `create admin token "${token.name}"`, () => {
      const atomic = this.#kv.atomic().check({
        key: hashKey,
        versionstamp: null,
      })
        .set(hashKey, token.id)
        .set(keys.adminToken(token.id), token);
      const entry = {
        action: "admin_token.create",
        subject: subjectOf(token),
        changes: changesBetween(null, token, ["role", "expiresAt"]),
      };
      return Promise.resolve({ atomic, result: undefined, entry });
    });
  }

  /** Removes an admin token, from the next request on; `false` when it is not there. */
  async remove(by: Actor, id: string): Promise<boolean> {
    if (!AdminTokenId.safeParse(id).success) return false;

    return await this.#audit.commit(by, `remove admin token "${id}"`, async () => {
      const stored = await this.#kv.get(keys.adminToken(id));
      const token = parseEntry(AdminToken, stored);
      if (token === null) return { atomic: null, result: false };

      const atomic = this.#kv.atomic().check(stored)
        .delete(stored.key)
        .delete(keys.adminTokenByHash(token.hash));
      const entry = { action: "admin_token.remove", subject: subjectOf(token) };
      return { atomic, result: true, entry };
    });
  }
}

function subjectOf({ id, name }: AdminToken): Record<string, string> {
  return { adminToken: id, name };
}
