import { refusal } from "../errors.ts";
import { quote } from "../quote.ts";
import type { AdminToken } from "./admin.ts";
import type { AdminStore } from "./admin_store.ts";

/** The admin token of this id. Throws `not_found`. */
export async function findAdminToken(
  { admins }: { admins: AdminStore },
  id: string,
): Promise<AdminToken> {
  const token = await admins.tokens.find(id);
  if (token === null) throw noAdminToken(id);
  return token;
}

/** Says that there is no such token. Somebody may give the token itself: it is not repeated. */
export function noAdminToken(id: string): Error {
  const shown = id.replace(/(aat_.{4}).+$/, "$1…");
  return refusal(
    "not_found",
    `There is no admin token ${quote(shown)}; give the id of one, which the list of them shows.`,
  );
}
