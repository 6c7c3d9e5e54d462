/**
 * `deno task start`: builds what is stale and serves until it is told to end.
 */
import { ConfigError } from "../core/environment.ts";
import { announce } from "./announce.ts";
import { buildIfStale } from "./build.ts";
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
      void announce(services, stopping);
    },
  }, built.default.fetch);

  stopping.alsoShutDown(server);
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
