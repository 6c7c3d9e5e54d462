import { eventually } from "../_support/eventually.ts";
import { startGateway } from "../_support/gateway.ts";
import { startCollector } from "../_support/otel_collector.ts";

Deno.test("a gateway ends although Deno hangs at the end of a process whose metrics are read", async () => {
  await using collector = startCollector();
  // At this pace it hangs nearly always.
  const env = { ...collector.env, OTEL_METRIC_EXPORT_INTERVAL: "1" };
  await using gateway = await startGateway({ env });
  let isGone = false;

  Deno.kill(gateway.process.pid, "SIGTERM");
  void gateway.process.exited.then(() => isGone = true);

  await eventually("the process is gone", () => isGone);
});
