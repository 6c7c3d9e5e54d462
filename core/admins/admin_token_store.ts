import { refusal } from "../errors.ts";
import { AdminTokenId } from "../ids.ts";
import { commitWithRetry } from "../kv/commit.ts";
import { keys, prefixes } from "../kv/keys.ts";
import { listPage, type Page, type PageQuery } from "../kv/pages.ts";
import { listRecords, parseEntry, parseRecord } from "../kv/records.ts";
import { AdminToken } from "./admin.ts";

/** The most `aat_…` tokens that one gateway keeps. */
export const MAX_ADMIN_TOKENS = 100;

/** Keeps admins' tokens, by the hash of their text. */
export class AdminTokenStore {
  readonly #kv: Deno.Kv;

  constructor(kv: Deno.Kv) {
    this.#kv = kv;
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

  /** A page of admin tokens. */
  async list(query: PageQuery): Promise<Page<AdminToken>> {
    const page = await listPage(this.#kv, prefixes.adminTokens, query);
    return {
      items: page.items.map((entry) => parseRecord(AdminToken, entry)),
      nextCursor: page.nextCursor,
    };
  }

  /** Adds an admin token. Throws `limit_reached` past 100. */
  async add(token: AdminToken): Promise<void> {
    const all = await listRecords(this.#kv, AdminToken, prefixes.adminTokens);
    if (all.length >= MAX_ADMIN_TOKENS) {
      throw refusal(
        "limit_reached",
        `There are ${MAX_ADMIN_TOKENS} admin tokens, the most that a gateway keeps; ` +
          "remove one that nobody uses.",
      );
    }

    const hashKey = keys.adminTokenByHash(token.hash);
    await commitWithRetry(`create admin token "${token.name}"`, () => {
      const atomic = this.#kv.atomic().check({
        key: hashKey,
        versionstamp: null,
      })
        .set(hashKey, token.id)
        .set(keys.adminToken(token.id), token);
      return Promise.resolve({ atomic, result: undefined });
    });
  }

  /** Removes an admin token, from the next request on; `false` when it is not there. */
  async remove(id: string): Promise<boolean> {
    if (!AdminTokenId.safeParse(id).success) return false;

    return await commitWithRetry(`remove admin token "${id}"`, async () => {
      const entry = await this.#kv.get(keys.adminToken(id));
      const token = parseEntry(AdminToken, entry);
      if (token === null) return { atomic: null, result: false };

      const atomic = this.#kv.atomic().check(entry)
        .delete(entry.key)
        .delete(keys.adminTokenByHash(token.hash));
      return { atomic, result: true };
    });
  }
}
