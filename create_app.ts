import { App, staticFiles } from "fresh";
import type { Services } from "./core/services.ts";
import type { State } from "./define.ts";

/** The app on these services: dashboard, admin API and MCP endpoint, from `routes/`. */
export function createApp(services: Services): App<State> {
  return new App<State>()
    .use((ctx) => {
      ctx.state.services = services;
      ctx.state.admin = null;
      return ctx.next();
    })
    .use(staticFiles())
    .fsRoutes();
}
