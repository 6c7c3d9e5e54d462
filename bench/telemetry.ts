import { startGateway } from "../tests/_support/gateway.ts";
import { type Target, TOOL } from "./protocol.ts";
import { compare } from "./turns.ts";

/**
 * `deno task bench telemetry`: a gateway that exports every trace beside one that exports
 * nothing, driven in turns. There is no bar: what is exported is made.
 */
export async function benchTelemetry(upstream: URL, collector: URL): Promise<void> {
  await using off = await startGateway();
  await using on = await startGateway({
    env: {
      OTEL_DENO: "true",
      OTEL_DENO_CONSOLE: "ignore",
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.origin,
    },
  });
  const open = async ({ admin, workspaceUrl }: typeof on): Promise<Target> => {
    await admin.addServer("bench", upstream.href);
    await admin.addWorkspace("bench");
    await admin.install("bench", "bench");
    const { token } = await admin.addToken("bench", "Bench");
    return {
      name: "the gateway",
      url: new URL(workspaceUrl("bench")),
      tool: `bench__${TOOL}`,
      token,
    };
  };

  const worst = await compare(await open(off), await open(on));
  console.log(`With every trace exported, ${worst.toFixed(2)} of the throughput is left.`);
}
