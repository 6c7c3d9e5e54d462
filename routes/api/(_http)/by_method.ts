import type { Context } from "fresh";
import { refusal } from "../../../core/errors.ts";
import type { State } from "../../../define.ts";
import { errorAnswer } from "./error_answer.ts";

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
type Answer = (ctx: Context<State>) => Response | Promise<Response>;

/** A handler that says which methods it answers. */
export interface ApiHandler extends Answer {
  methods: string[];
}

/**
 * A route that answers these methods, and any other with 405 in JSON.
 *
 * Fresh itself answers a method that a route lacks before the route's middleware
 * runs, and so neither in JSON nor behind the bearer.
 */
export function byMethod(answers: { [method in Method]?: Answer }): ApiHandler {
  const methods = Object.keys(answers);
  const byName = new Map(Object.entries(answers));
  const allow = methods.join(", ");

  function handler(ctx: Context<State>): Response | Promise<Response> {
    const { method } = ctx.req;
    const answer = byName.get(method === "HEAD" ? "GET" : method);
    if (answer !== undefined) return answer(ctx);

    const sentence = `${method} is not allowed at ${ctx.url.pathname}; it answers ${allow}.`;
    return errorAnswer(refusal("method_not_allowed", sentence), { allow });
  }

  return Object.assign(handler, { methods });
}
