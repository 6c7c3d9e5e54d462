import { define } from "../define.ts";

export default define.middleware([
  (ctx) => {
    ctx.state.trail = ["first"];
    return ctx.next();
  },
  (ctx) => {
    ctx.state.trail?.push("second");
    return ctx.next();
  },
]);
