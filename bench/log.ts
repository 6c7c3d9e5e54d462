import { fileURLToPath } from "node:url";
import { registerServer } from "../core/servers/register_server.ts";
import { createToken } from "../core/tokens/create_token.ts";
import { createWorkspace } from "../core/workspaces/create_workspace.ts";
import { installServer } from "../core/workspaces/install_server.ts";
import { bareServices } from "../tests/_support/bare_services.ts";
import { startProcess } from "../tests/_support/child_process.ts";
import { AN_ADMIN } from "../tests/_support/core.ts";
import { type Target, TOOL } from "./protocol.ts";
import { inTurns } from "./turns.ts";

/** At least this part of the throughput is left with the record of each call. */
const BAR = 0.8;
const CONNECTIONS = 64;

const SCRIPT = fileURLToPath(new URL("../tests/_support/bare_gateway.ts", import.meta.url));

/**
 * `deno task bench --only=log`: the gateway with its log, and beside it, driven in turns, one
 * whose record of a call is there at once and nowhere. Gives the exit code: 1 when the bar is
 * broken.
 */
export async function benchLog(upstream: URL): Promise<number> {
  await using stack = new AsyncDisposableStack();
  const open = async (name: string, ...options: string[]): Promise<Target> => {
    const dir = await Deno.makeTempDir({ prefix: "aerostack-bench-" });
    stack.defer(() => Deno.remove(dir, { recursive: true }));
    const path = `${dir}/kv.sqlite3`;
    const token = await prepare(path, upstream);
    const args = ["run", "-A", SCRIPT, path, ...options];
    const process = stack.use(await startProcess({ args, ready: /ready on (http:\S+)/ }));
    const url = new URL("/ws/bench/sse", process.ready[1]);
    return { name, url, tool: `bench__${TOOL}`, token };
  };
  const without = await open("without the log", "--without-log");
  const withIt = await open("with the log");

  let worst = Number.POSITIVE_INFINITY;
  console.log("era     connections   without/s      with/s   ratio");
  for (const era of ["modern", "legacy"] as const) {
    const { rates, ratio } = await inTurns(without, withIt, era, CONNECTIONS);
    worst = Math.min(worst, ratio);
    const cells = rates.map((rate) => Math.round(rate).toLocaleString("en").padStart(12));
    const head = era.padEnd(8) + String(CONNECTIONS).padStart(11);
    console.log(head + cells.join("") + ratio.toFixed(2).padStart(8));
  }
  const holds = worst >= BAR;
  console.log(`${holds ? "holds " : "BROKEN"}  at least ${BAR} of the throughput is left`);
  return holds ? 0 : 1;
}

/** Makes a store with one server and gives a token for it. */
async function prepare(path: string, upstream: URL): Promise<string> {
  const services = await bareServices(path);
  const server = { slug: "bench", name: "bench", url: upstream.href };
  await createWorkspace(services, AN_ADMIN, { slug: "bench" });
  await registerServer(services, AN_ADMIN, server);
  await installServer(services, AN_ADMIN, { workspace: "bench", server: "bench" });
  const { token } = await createToken(services, AN_ADMIN, "bench", { name: "Bench" });
  await services.close();
  return token;
}
