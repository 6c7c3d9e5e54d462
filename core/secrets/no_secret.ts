import { refusal } from "../errors.ts";
import { quote } from "../quote.ts";

/** What is said when a server has no secret of that name. */
export function noSecret(slug: string, name: string): Error {
  return refusal(
    "not_found",
    `Server "${slug}" has no secret ${quote(name)}; list its secrets to see which there are.`,
  );
}
