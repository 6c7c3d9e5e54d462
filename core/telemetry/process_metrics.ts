import { VERSION } from "../version.ts";
import type { Metrics, Sample } from "./metrics.ts";

/** The parts of a process whose state is told. */
export interface ObservedParts {
  inFlight: { size: number };
  openStreams: { size: number };
  callLog: { waiting: number; commits: number };
  connector: { sessions: number; openBreakers: readonly string[] };
}

/** Adds what a process tells of its parts when it is asked. */
export function addProcessMetrics(metrics: Metrics, parts: ObservedParts): void {
  const { inFlight, openStreams, callLog, connector } = parts;
  metrics.gauge({
    name: "aerostack.build_info",
    unit: "",
    help: "Always 1; the version is in the label.",
  }, () => [{ labels: { version: VERSION }, value: 1 }]);
  metrics.gauge({
    name: "aerostack.requests.active",
    unit: "{request}",
    help: "Requests of clients that are being worked on, those that listen among them.",
  }, () => inFlight.size);
  metrics.gauge({
    name: "aerostack.streams.open",
    unit: "{stream}",
    help: "Event streams to clients that are open.",
  }, () => openStreams.size);
  metrics.gauge({
    name: "aerostack.upstream.sessions",
    unit: "{session}",
    help: "Sessions with legacy servers that are open.",
  }, () => connector.sessions);
  metrics.gauge({
    name: "aerostack.upstream.breaker.open",
    unit: "{server}",
    help: "1 for every server that is not called for now because it kept failing.",
    labels: ["aerostack.server"],
  }, () => connector.openBreakers.map(openBreaker));
  metrics.gauge({
    name: "aerostack.call_log.waiting",
    unit: "{call}",
    help: "Calls whose records wait for their commit; at 10,000 calls are refused.",
  }, () => callLog.waiting);
  metrics.total({
    name: "aerostack.call_log.commits",
    unit: "{commit}",
    help: "Commits by which calls went on the record.",
  }, () => callLog.commits);
}

function openBreaker(slug: string): Sample {
  return { labels: { "aerostack.server": slug }, value: 1 };
}
