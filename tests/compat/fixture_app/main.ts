import { App, csp, csrf, staticFiles } from "fresh";
import type { State } from "./define.ts";

/** A small site with one of everything that a build has to understand. */
export const app = new App<State>()
  .use(csp({ useNonce: true }))
  .use(staticFiles())
  .use(csrf())
  .get("/plain", (ctx) => ctx.text("plain"))
  .fsRoutes();
