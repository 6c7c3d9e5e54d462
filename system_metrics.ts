import type { Metrics } from "./core/telemetry/metrics.ts";

/** Adds what the operating system knows of this process, under the names that Prometheus has. */
export function addSystemMetrics(metrics: Metrics, startedAt: Date): void {
  metrics.gauge({
    name: "process.start_time",
    unit: "s",
    help: "When the process began, in seconds since 1970.",
  }, () => startedAt.getTime() / 1000);
  metrics.gauge({
    name: "process.resident_memory",
    unit: "By",
    help: "Memory of the process that is in RAM.",
  }, () => Deno.memoryUsage().rss);
  metrics.gauge({
    name: "process.heap_used",
    unit: "By",
    help: "Memory that JavaScript uses.",
  }, () => Deno.memoryUsage().heapUsed);
}
