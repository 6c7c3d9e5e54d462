import { refusal } from "../errors.ts";
import { quote } from "../quote.ts";
import type { AdminStore } from "./admin_store.ts";

/** Removes an admin's token; it opens nothing from then on. Throws `not_found`. */
export async function removeAdminToken(
  deps: { admins: AdminStore },
  id: string,
): Promise<void> {
  if (await deps.admins.tokens.remove(id)) return;
  throw refusal(
    "not_found",
    `There is no admin token ${quote(id)}; list the admin tokens to see which there are.`,
  );
}
