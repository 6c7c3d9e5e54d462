import { startGateway } from "../tests/_support/gateway.ts";
import { type Target, TOOL } from "./protocol.ts";
import { compare } from "./turns.ts";

/** At least this part of the throughput is left when limits are set and not reached. */
const BAR = 0.9;

/** Every limit that there is, none of which is reached here. */
const LIMITS = {
  requestsPerMinute: 900_000,
  requestsPerMinutePerToken: 600_000,
  concurrentCalls: 1_000,
  concurrentCallsPerToken: 500,
};

/**
 * `deno task bench limits`: one gateway with two workspaces, one of which has every limit
 * set, driven in turns. Gives the exit code: 1 when the bar is broken.
 */
export async function benchLimits(upstream: URL): Promise<number> {
  await using gateway = await startGateway();
  await gateway.admin.addServer("bench", upstream.href);
  const open = async (slug: string, limits: object, ofTools: object): Promise<Target> => {
    const { admin } = gateway;
    await admin.addWorkspace(slug);
    await admin.send("PATCH", `/workspaces/${slug}`, { limits });
    await admin.send("PUT", `/workspaces/${slug}/servers/bench`, { limits: ofTools });
    const { token } = await admin.addToken(slug, "Bench");
    const url = new URL(gateway.workspaceUrl(slug));
    return { name: slug, url, tool: `bench__${TOOL}`, token };
  };
  const free = await open("free", {}, {});
  const limited = await open("limited", LIMITS, { callsPerMinutePerTool: 600_000 });

  const worst = await compare(free, limited);
  const holds = worst >= BAR;
  console.log(`${holds ? "holds " : "BROKEN"}  at least ${BAR} of the throughput is left`);
  return holds ? 0 : 1;
}
