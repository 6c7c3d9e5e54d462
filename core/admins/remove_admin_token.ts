import type { Actor } from "../audit/actor.ts";
import type { AdminStore } from "./admin_store.ts";
import { noAdminToken } from "./find_admin_token.ts";

/** Removes an admin's token; it opens nothing from then on. Throws `not_found`. */
export async function removeAdminToken(
  deps: { admins: AdminStore },
  by: Actor,
  id: string,
): Promise<void> {
  if (!await deps.admins.tokens.remove(by, id)) throw noAdminToken(id);
}
