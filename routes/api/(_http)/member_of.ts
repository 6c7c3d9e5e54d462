import type { Context } from "fresh";
import { GatewayError } from "../../../core/errors.ts";
import type { Token } from "../../../core/tokens/token.ts";
import type { State } from "../../../define.ts";

/** Whose bearer a request of the API has. Throws `unauthorized` where there is none. */
export function memberOf({ state }: Context<State>): Token {
  if (state.member !== null) return state.member;
  throw new GatewayError("unauthorized", "Cannot act: no member");
}
