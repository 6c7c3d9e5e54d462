/**
 * `deno task start`: builds what is stale and serves until it is told to end.
 */
import { THE_GATEWAY } from "../core/audit/actor.ts";
import { ConfigError } from "../core/environment.ts";
import type { Services } from "../core/services.ts";
import { buildIfStale } from "./build.ts";
import { sayToTerminal } from "./say_to_terminal.ts";
import { runWithTelemetry } from "./with_telemetry.ts";

interface BuiltServer {
  default: { fetch: Deno.ServeHandler };
}

async function start(): Promise<void> {
  await buildIfStale();
  const { services, stopping } = await import("../main.ts");
  const built: BuiltServer = await import(new URL("../_fresh/server.js", import.meta.url).href);
  const { host, port } = services.config;

  const server = Deno.serve({
    hostname: host,
    port,
    onListen: (address) => {
      services.boundTo(address.port);
      void announce(services);
    },
  }, built.default.fetch);

  stopping.alsoShutDown(server);
}

/** Says where the dashboard is and, on an empty store, how to sign in once. */
async function announce(services: Services): Promise<void> {
  const { publicUrl } = services.config;
  console.log(`Aerostack Gateway listens on ${publicUrl}`);

  const { items } = await services.workspaces.list({ limit: 1, cursor: null });
  const tokens = await services.admins.tokens.list({ limit: 1, cursor: null });
  if (items.length > 0 || tokens.items.length > 0) return;

  const link = await services.admins.sessions.createSignInLink(
    THE_GATEWAY,
    services.now(),
  );
  sayToTerminal(
    `Sign in to the dashboard (works once, for an hour): ${publicUrl}/auth/link/${link}`,
  );
}

if (import.meta.main) {
  if (Deno.env.get("OTEL_DENO") === "1") Deno.exit(await runWithTelemetry());
  try {
    await start();
  } catch (error) {
    if (!(error instanceof ConfigError || error instanceof Deno.errors.AddrInUse)) throw error;
    console.error(explain(error));
    Deno.exit(1);
  }
}

function explain(error: Error): string {
  if (error instanceof ConfigError) return error.message;
  const port = Deno.env.get("PORT") ?? "8000";
  return `Port ${port} is taken by another program; set PORT to a free one (0 takes any).`;
}
