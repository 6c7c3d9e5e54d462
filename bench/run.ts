/**
 * `deno task bench`: the gateway against a bare forwarder, on this machine; with `idle` as
 * its first argument, streams that nothing happens on; with `limits`, what limits cost; with
 * `scan`, what it costs to look for secrets in answers; with `analytics`, what reports cost
 * over a log and one that is ten times as long; with `telemetry`, what exporting costs; with
 * `log`, what the record of a call costs; with `export`, what memory an export of a million takes;
 * with `pages`, what the dashboard's pages cost in a large company.
 *
 * `--quick` takes short rounds, to see that everything runs. `--only=modern` or
 * `--only=legacy` leaves the other era out. A full run ends with 1 when a bar is broken.
 */
import { fileURLToPath } from "node:url";
import { type RunningProcess, startProcess } from "../tests/_support/child_process.ts";
import { type RunningGateway, startGateway } from "../tests/_support/gateway.ts";
import { benchAnalytics } from "./analytics.ts";
import { benchExport } from "./export.ts";
import { benchIdleStreams } from "./idle_streams.ts";
import { benchScan } from "./leak_scan.ts";
import { benchLimits } from "./limits.ts";
import { benchLog } from "./log.ts";
import { benchPages } from "./pages.ts";
import { Load, type Round } from "./load.ts";
import { type Era, type Target, TOOL } from "./protocol.ts";
import {
  type Case,
  type Line,
  printHeading,
  printLine,
  printVerdict,
  summarise,
} from "./report.ts";
import { benchTelemetry } from "./telemetry.ts";

const SIZES_BYTES = [1024, 100 * 1024, 1024 * 1024];
const CONNECTIONS = [1, 16, 64];

/** How long and how often each target is driven per case, in turns. */
interface Pace {
  /** Before the first case, at each target in each era: until its code is compiled. */
  firstWarmUpMs: number;
  warmUpMs: number;
  roundMs: number;
  rounds: number;
}

const FULL: Pace = { firstWarmUpMs: 4000, warmUpMs: 400, roundMs: 700, rounds: 4 };
const QUICK: Pace = { firstWarmUpMs: 1000, warmUpMs: 100, roundMs: 150, rounds: 2 };

async function main(args: readonly string[]): Promise<number> {
  const pace = args.includes("--quick") ? QUICK : FULL;
  const only = args.find((arg) => arg.startsWith("--only="))?.slice("--only=".length);
  const eras = (["modern", "legacy"] as const).filter((era) => only === undefined || era === only);

  await using upstream = await startScript("upstream.ts");
  const upstreamUrl = new URL("/mcp", upstream.ready[1]);
  await using forwarder = await startScript("forwarder.ts", upstreamUrl.href);
  await using gateway = await startGateway();

  const targets = {
    direct: bare("the upstream itself", upstreamUrl),
    forwarder: bare("the bare forwarder", new URL("/mcp", forwarder.ready[1])),
    gateway: await throughGateway(gateway, upstreamUrl),
  };

  for (const era of eras) {
    for (const target of Object.values(targets)) await warmUp(target, era, pace.firstWarmUpMs);
  }

  printHeading();
  const lines: Line[] = [];
  for (const one of casesOf(eras)) {
    const line = await measure(targets, one, pace);
    printLine(line);
    lines.push(line);
  }

  const holds = printVerdict(lines);
  return holds || pace === QUICK ? 0 : 1;
}

function casesOf(eras: readonly Era[]): Case[] {
  return eras.flatMap((era) =>
    SIZES_BYTES.flatMap((sizeBytes) =>
      CONNECTIONS.map((connections) => ({ era, sizeBytes, connections }))
    )
  );
}

async function warmUp(target: Target, era: Era, ms: number): Promise<void> {
  using load = await Load.open(target, era, 1024, 16);
  await load.run(ms);
}

/** Drives the targets in turns, so that a change of the machine hits all alike. */
async function measure(
  targets: Record<"direct" | "forwarder" | "gateway", Target>,
  one: Case,
  pace: Pace,
): Promise<Line> {
  const { era, sizeBytes, connections } = one;
  using direct = await Load.open(targets.direct, era, sizeBytes, connections);
  using forwarder = await Load.open(targets.forwarder, era, sizeBytes, connections);
  using gateway = await Load.open(targets.gateway, era, sizeBytes, connections);
  const loads = { direct, forwarder, gateway };
  const rounds = { direct: [] as Round[], forwarder: [] as Round[], gateway: [] as Round[] };

  for (const load of Object.values(loads)) await load.run(pace.warmUpMs);
  for (let turn = 0; turn < pace.rounds; turn++) {
    rounds.direct.push(await direct.run(pace.roundMs / 2));
    rounds.forwarder.push(await forwarder.run(pace.roundMs));
    rounds.gateway.push(await gateway.run(pace.roundMs));
  }

  return {
    ...one,
    direct: summarise(rounds.direct),
    forwarder: summarise(rounds.forwarder),
    gateway: summarise(rounds.gateway),
  };
}

/** A server with a sealed key, in a workspace with one token: everything on. */
async function throughGateway(gateway: RunningGateway, upstream: URL): Promise<Target> {
  const { admin } = gateway;
  await admin.addServer("bench", upstream.href);
  await admin.setSecret("bench", "X-API-Key", "a-key-of-the-benchmark");
  await admin.addWorkspace("bench");
  await admin.install("bench", "bench");
  const { token } = await admin.addToken("bench", "Bench");

  const url = new URL(gateway.workspaceUrl("bench"));
  return { name: "the gateway", url, tool: `bench__${TOOL}`, token };
}

function bare(name: string, url: URL): Target {
  return { name, url, tool: TOOL, token: null };
}

function startScript(name: string, ...args: string[]): Promise<RunningProcess> {
  const script = fileURLToPath(new URL(name, import.meta.url));
  return startProcess({ args: ["run", "-A", script, ...args], ready: /ready on (http:\S+)/ });
}

if (import.meta.main) {
  const [first, ...options] = Deno.args;
  const mode = first?.replace("--only=", "");
  if (mode === "limits" || mode === "log" || mode === "scan" || mode === "telemetry") {
    await using upstream = await startScript("upstream.ts");
    const url = new URL("/mcp", upstream.ready[1]);
    if (mode === "scan") await benchScan(url);
    else if (mode === "log") Deno.exitCode = await benchLog(url);
    else if (mode === "telemetry") {
      await using collector = await startScript("collector.ts");
      await benchTelemetry(url, new URL(collector.ready[1]));
    } else Deno.exitCode = await benchLimits(url);
  } else if (mode === "export") Deno.exitCode = await benchExport(options);
  else if (mode === "pages") Deno.exitCode = await benchPages(options);
  else if (mode === "analytics") Deno.exitCode = await benchAnalytics(options);
  else Deno.exitCode = mode === "idle" ? await benchIdleStreams(options) : await main(Deno.args);
}
