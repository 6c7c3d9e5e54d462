import { define } from "../../define.ts";
import { nothingAt } from "./(_http)/error_answer.ts";

/** Every path below `/api` that no other file answers. */
export const handler = define.handlers((ctx) => {
  throw nothingAt(ctx.url.pathname);
});
