import type { Context } from "fresh";
import { type Actor, actorOf, viaOf } from "../../../core/audit/actor.ts";
import type { State } from "../../../define.ts";

/** Who sent this request, for the audit log. */
export function apiActor({ state, req }: Context<State>): Actor {
  return actorOf(state.admin, viaOf(req.headers));
}
