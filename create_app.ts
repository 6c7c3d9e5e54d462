import { App, type Context, staticFiles } from "fresh";
import { clientAddress } from "./core/limits/client_address.ts";
import type { Services } from "./core/services.ts";
import type { State } from "./define.ts";

/** The app on these services: dashboard, admin API and MCP endpoint, from `routes/`. */
export function createApp(services: Services): App<State> {
  return new App<State>()
    .use((ctx) => {
      ctx.state.services = services;
      ctx.state.address = addressOf(ctx, services.config.trustedProxies);
      ctx.state.admin = null;
      ctx.state.member = null;
      ctx.state.notice = null;
      return ctx.next();
    })
    .use((ctx) => {
      const { telemetry } = ctx.state.services;
      return telemetry.isTracing ? telemetry.withoutBaggage(() => ctx.next()) : ctx.next();
    })
    .use(staticFiles())
    .fsRoutes();
}

function addressOf({ req, info }: Context<State>, trustedProxies: number): string | null {
  const { remoteAddr } = info;
  const connection = "hostname" in remoteAddr ? remoteAddr.hostname : null;
  return clientAddress(connection, req.headers.get("x-forwarded-for"), trustedProxies);
}
