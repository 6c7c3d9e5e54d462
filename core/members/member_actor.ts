import type { Actor, Via } from "../audit/actor.ts";
import type { Token } from "../tokens/token.ts";

/** A member as the one who acts. */
export function memberActor({ id, name }: Token, via: Via): Actor {
  return { kind: "member", id, name, via };
}
