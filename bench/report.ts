import type { Round } from "./load.ts";
import type { Era } from "./protocol.ts";

/** The conditions of one line of the table. */
export interface Case {
  era: Era;
  sizeBytes: number;
  connections: number;
}

/** What the rounds at one target came to. */
export interface Summary {
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
}

/** One line of the table. */
export interface Line extends Case {
  direct: Summary;
  forwarder: Summary;
  gateway: Summary;
}

/** Adds rounds of the same case up. */
export function summarise(rounds: readonly Round[]): Summary {
  const requests = rounds.reduce((sum, round) => sum + round.requests, 0);
  const elapsedMs = rounds.reduce((sum, round) => sum + round.elapsedMs, 0);
  const latencies = Float64Array.from(rounds.flatMap((round) => round.latenciesMs)).sort();
  return {
    perSecond: elapsedMs === 0 ? 0 : requests / elapsedMs * 1000,
    p50Ms: percentile(latencies, 0.5),
    p99Ms: percentile(latencies, 0.99),
  };
}

/** Prints the heading of the table. */
export function printHeading(): void {
  console.log(
    `${"era".padEnd(7)}${"size".padStart(7)}${"conn".padStart(6)}` +
      `${"direct/s".padStart(11)} │${"forwarder/s".padStart(12)}${"p50".padStart(9)}` +
      `${"p99".padStart(9)} │${"gateway/s".padStart(11)}${"p50".padStart(9)}` +
      `${"p99".padStart(9)} │${"ratio".padStart(7)}`,
  );
}

/** Prints one line of the table. */
export function printLine(line: Line): void {
  const { direct, forwarder, gateway } = line;
  console.log(
    `${line.era.padEnd(7)}${size(line.sizeBytes).padStart(7)}` +
      `${String(line.connections).padStart(6)}${rate(direct).padStart(11)} │` +
      `${rate(forwarder).padStart(12)}${ms(forwarder.p50Ms)}${ms(forwarder.p99Ms)} │` +
      `${rate(gateway).padStart(11)}${ms(gateway.p50Ms)}${ms(gateway.p99Ms)} │` +
      ratio(line).toFixed(2).padStart(7),
  );
}

/** Prints whether the bars hold, in both eras; gives whether all do. */
export function printVerdict(lines: readonly Line[]): boolean {
  console.log("\nThe bars, at results of 1 KB:");
  let holds = true;

  for (const line of lines.filter(({ sizeBytes }) => sizeBytes === 1024)) {
    if (line.connections === 16) {
      holds = bar(
        `${line.era}: throughput at 16 connections, of the bare forwarder's`,
        `${ratio(line).toFixed(2)} (at least 0.50)`,
        ratio(line) >= 0.5,
      ) && holds;
    }
    if (line.connections === 1) {
      const moreMs = line.gateway.p50Ms - line.forwarder.p50Ms;
      holds = bar(
        `${line.era}: p50 at one connection, above the bare forwarder's`,
        `${moreMs.toFixed(2)} ms (at most 1.50)`,
        moreMs <= 1.5,
      ) && holds;
    }
  }

  return holds;
}

function bar(what: string, measured: string, holds: boolean): boolean {
  console.log(`  ${holds ? "holds " : "BROKEN"}  ${what}: ${measured}`);
  return holds;
}

function ratio({ gateway, forwarder }: Line): number {
  return forwarder.perSecond === 0 ? 0 : gateway.perSecond / forwarder.perSecond;
}

function percentile(sorted: Float64Array, part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;
}

function size(bytes: number): string {
  return bytes >= 1024 * 1024 ? `${bytes / 1024 / 1024} MB` : `${bytes / 1024} KB`;
}

function rate({ perSecond }: Summary): string {
  return perSecond >= 100 ? Math.round(perSecond).toLocaleString("en") : perSecond.toFixed(1);
}

function ms(value: number): string {
  return `${value.toFixed(2)}ms`.padStart(9);
}
