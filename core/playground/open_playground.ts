import type { Actor } from "../audit/actor.ts";
import { asGatewayError, refusal } from "../errors.ts";
import { newTokenId, TokenId } from "../ids.ts";
import { NO_TOKEN_LIMITS } from "../limits/limits.ts";
import { quote } from "../quote.ts";
import { Plaintext } from "../secrets/plaintext.ts";
import { type Token, tokenStatus } from "../tokens/token.ts";
import { hashToken, visibleStart } from "../tokens/token_text.ts";
import type { TokenStore } from "../tokens/token_store.ts";
import { findWorkspace, noWorkspace } from "../workspaces/find_workspace.ts";
import type { WorkspaceStore } from "../workspaces/workspace_store.ts";
import {
  type Player,
  playerName,
  PLAYGROUND_MINUTES,
  type Seat,
  seatToken,
} from "./playground_token.ts";

interface Deps {
  workspaces: WorkspaceStore;
  tokens: TokenStore;
  now: () => Date;
}

/** What an admin tries tools with. */
export interface OpenSeat extends Seat {
  /** What the gateway lets in. */
  bearer: Plaintext;
  token: Token;
}

/**
 * The seat in a workspace, by the id of the token whose policy is to hold there, if any.
 * Throws `not_found`.
 */
export async function findSeat(
  deps: Deps,
  workspaceSlug: string,
  as: string | null,
): Promise<Seat> {
  const workspace = await findWorkspace(deps, workspaceSlug);
  if (as === null) return { workspace, as: null };
  const id = TokenId.safeParse(as);
  const token = id.success ? await deps.tokens.get(workspace.id, id.data) : null;
  if (token === null || tokenStatus(token, deps.now()) !== "active") {
    throw refusal(
      "not_found",
      `There is no active token ${quote(as)} in workspace "${workspaceSlug}"; choose another one.`,
      "as",
    );
  }
  return { workspace, as: token };
}

/** The seat as it is open already, with its policy as it is now; `null` where it is not. */
export async function openSeat(deps: Deps, player: Player, seat: Seat): Promise<OpenSeat | null> {
  const found = await seatToken(deps, player, seat);
  if (found === null || found.token === null) return null;
  if (!hasPolicyOf(found.token, seat)) return null;
  return { ...seat, token: found.token, bearer: new Plaintext(found.text) };
}

/**
 * Opens a seat for an hour: with a token of the workspace which says that it is the playground of
 * this admin. What is open stays so, with the policy as it is now.
 *
 * Throws `limit_reached`, and `conflict` when its tokens were revoked again and again.
 */
export async function takeSeat(
  deps: Deps,
  by: Actor,
  player: Player,
  seat: Seat,
): Promise<OpenSeat> {
  const found = await seatToken(deps, player, seat);
  if (found === null) {
    throw refusal(
      "conflict",
      "The playground's tokens in this workspace were revoked again and again; try in an hour.",
    );
  }

  const { text } = found;
  const token = found.token === null
    ? await addToken(deps, by, player, seat, text)
    : await withPolicy(deps, by, found.token, seat);
  return { ...seat, token, bearer: new Plaintext(text) };
}

async function addToken(
  deps: Deps,
  by: Actor,
  player: Player,
  { workspace, as }: Seat,
  text: string,
): Promise<Token> {
  const now = deps.now();
  const token: Token = {
    id: newTokenId(),
    workspaceId: workspace.id,
    name: playerName(player),
    email: null,
    hash: hashToken(text),
    visibleStart: visibleStart(text),
    createdAt: now.toISOString(),
    expiresAt: new Date(now.getTime() + PLAYGROUND_MINUTES * 60_000).toISOString(),
    revokedAt: null,
    policy: as?.policy ?? null,
    limits: NO_TOKEN_LIMITS,
    playground: true,
  };
  try {
    if (!await deps.tokens.add(by, token, now)) throw noWorkspace(workspace.slug);
    return token;
  } catch (error) {
    // Two tabs may open it in the same moment.
    const rival = asGatewayError(error).code === "conflict"
      ? await deps.tokens.findByHash(token.hash)
      : null;
    if (rival === null) throw error;
    return rival;
  }
}

async function withPolicy(deps: Deps, by: Actor, token: Token, seat: Seat): Promise<Token> {
  if (hasPolicyOf(token, seat)) return token;
  const policy = seat.as?.policy ?? null;
  const changed = await deps.tokens.update(by, token, (stored) => ({ ...stored, policy }));
  return changed ?? token;
}

function hasPolicyOf(token: Token, { as }: Seat): boolean {
  return JSON.stringify(token.policy) === JSON.stringify(as?.policy ?? null);
}
