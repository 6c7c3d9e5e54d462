import { createHmac } from "node:crypto";
import type { Workspace } from "../workspaces/workspace.ts";
import { type Token, tokenStatus } from "../tokens/token.ts";
import { hashToken, tokenTextFrom } from "../tokens/token_text.ts";
import type { TokenStore } from "../tokens/token_store.ts";

/** How long a token of the playground is good. */
export const PLAYGROUND_MINUTES = 60;

const LIFE_MS = PLAYGROUND_MINUTES * 60_000;

/** So many tokens that were revoked meanwhile are passed over in an hour. */
const MAX_REVOKED = 20;

/** An admin who tries tools, by the text of their session, which their browser alone keeps. */
export interface Player {
  name: string;
  sessionText: string;
}

/** In which workspace tools are tried, and with whose policy; `null` = without one. */
export interface Seat {
  workspace: Workspace;
  as: Token | null;
}

/** A text that opens a seat, and the token that is stored for it; `null` while there is none. */
export interface SeatToken {
  text: string;
  token: Token | null;
}

/** What a token of the playground says that it is: whose name is on the record. */
export function playerName({ name }: Player): string {
  return `Playground · ${name}`.slice(0, 100);
}

/**
 * The token that opens this seat now, or the text for a new one; `null` when too many were revoked.
 *
 * The text follows from the session's own and from the hour, so that no store has it: who has no
 * such session cannot come to it, and it is gone with the session.
 */
export async function seatToken(
  deps: { tokens: TokenStore; now: () => Date },
  player: Player,
  seat: Seat,
): Promise<SeatToken | null> {
  const hour = Math.floor(deps.now().getTime() / LIFE_MS);
  let free: SeatToken | null = null;
  for (const at of [hour, hour - 1]) {
    for (let number = 0; number < MAX_REVOKED; number++) {
      const text = textOf(player, seat, `${at}.${number}`);
      const token = await deps.tokens.findByHash(hashToken(text));
      if (token === null) {
        if (at === hour) free = { text, token };
        break;
      }
      if (tokenStatus(token, deps.now()) === "active") return { text, token };
    }
  }
  return free;
}

function textOf(player: Player, { workspace, as }: Seat, place: string): string {
  const what = JSON.stringify(["playground", workspace.id, as?.id ?? null, place]);
  const bytes = createHmac("sha256", player.sessionText).update(what).digest();
  return tokenTextFrom(playerName(player), bytes);
}
