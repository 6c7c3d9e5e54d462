import { refusal } from "../errors.ts";
import { quote } from "../quote.ts";
import type { Workspace } from "../workspaces/workspace.ts";
import type { Token } from "./token.ts";
import type { TokenStore } from "./token_store.ts";
import { hashToken, isWellFormed } from "./token_text.ts";

interface Deps {
  tokens: TokenStore;
}

/** How many ids an ambiguous start is answered with. */
const MAX_NAMED = 5;

/**
 * The token of a workspace that an id, its visible start, or its whole text means.
 *
 * Throws `not_found`, and `conflict` when a start fits several tokens.
 */
export async function findToken(
  deps: Deps,
  { id, slug }: Pick<Workspace, "id" | "slug">,
  which: string,
): Promise<Token> {
  const matches = isWellFormed(which)
    ? await findByText(deps, id, which)
    : await deps.tokens.find(id, which.replace(/(…|\.\.\.)$/, ""));
  return theOne(matches, slug, which);
}

/** Somebody who found a leaked token has nothing but its text. */
async function findByText(
  deps: Deps,
  workspaceId: Token["workspaceId"],
  text: string,
): Promise<Token[]> {
  const token = await deps.tokens.findByHash(hashToken(text));
  return token !== null && token.workspaceId === workspaceId ? [token] : [];
}

/** Among several, tokens that are revoked already are not what is meant. */
function theOne(
  matches: readonly Token[],
  workspaceSlug: string,
  which: string,
): Token {
  const live = matches.filter(({ revokedAt }) => revokedAt === null);
  const meant = live.length > 0 ? live : matches;
  if (meant.length === 0) throw noToken(workspaceSlug, which);
  if (meant.length === 1) return meant[0];

  const names = meant.slice(0, MAX_NAMED).map(({ id, name }) => `${id} (${name})`).join(", ");
  const rest = meant.length > MAX_NAMED ? ` and ${meant.length - MAX_NAMED} more` : "";
  throw refusal(
    "conflict",
    `${quote(which)} fits ${meant.length} tokens of workspace "${workspaceSlug}": ` +
      `${names}${rest}; give the id of one.`,
  );
}

/** What is said of a token that is not there; repeats no more of it than lists show. */
export function noToken(workspaceSlug: string, which: string): Error {
  const shown = which.replace(/(mwt_[^_]*_.{4}).+$/, "$1…");
  return refusal(
    "not_found",
    `There is no token ${quote(shown)} in workspace "${workspaceSlug}"; list its tokens to ` +
      "see which there are.",
  );
}
