import { fileURLToPath } from "node:url";
import { CallLog } from "../core/calls/call_log.ts";
import { readConfig } from "../core/config.ts";
import { openStore } from "../core/kv/open_store.ts";
import { createServices } from "../core/services.ts";
import { createWorkspace } from "../core/workspaces/create_workspace.ts";
import { startProcess } from "../tests/_support/child_process.ts";
import { AN_ADMIN, testKeyring } from "../tests/_support/core.ts";
import { writeCalls } from "./million_calls.ts";

const COUNTS = [100_000, 1_000_000];

/** Ten times the calls take at most so many times the memory. */
const BAR = 1.3;

const MIB = 1024 * 1024;
const SCRIPT = fileURLToPath(new URL("export_server.ts", import.meta.url));

/**
 * `deno task bench --only=export`: the memory that an export takes of the process that gives it,
 * for a hundred thousand calls and for a million, written by the real writer. The shorter log is
 * exported ten times, so that both processes have read as much, and their heaps are as warm.
 * Gives the exit code: 1 when it grows with the log.
 */
export async function benchExport(options: readonly string[]): Promise<number> {
  const counts = options.includes("--quick") ? COUNTS.map((count) => count / 10) : COUNTS;
  const peaks: number[] = [];
  console.log("     calls    written in   exported in        size   peak of the process");

  for (const count of counts) {
    const { writtenMs, exportedMs, bytes, peak } = await measure(count, counts[1] / count);
    peaks.push(peak);
    const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`.padStart(14);
    console.log(
      count.toLocaleString("en").padStart(10) + seconds(writtenMs) + seconds(exportedMs) +
        `${Math.round(bytes / MIB)} MiB`.padStart(12) +
        `${Math.round(peak / MIB)} MiB`.padStart(22),
    );
  }

  const ratio = peaks[1] / peaks[0];
  const holds = ratio <= BAR;
  console.log(
    `${holds ? "holds " : "BROKEN"}  ${ratio.toFixed(2)} times the memory, at most ${BAR}`,
  );
  return holds ? 0 : 1;
}

async function measure(count: number, times: number) {
  const dir = await Deno.makeTempDir({ prefix: "aerostack-bench-" });
  try {
    const path = `${dir}/kv.sqlite3`;
    const startedMs = performance.now();
    await write(path, count);
    const writtenMs = performance.now() - startedMs;

    await using server = await startProcess({
      args: ["run", "-A", SCRIPT, path],
      ready: /ready on (http:\S+)/,
    });
    const begunMs = performance.now();
    let size = 0;
    for (let time = 0; time < times; time++) {
      const { lines, bytes } = await read(`${server.ready[1]}/jsonl`);
      if (lines !== count + 1) throw new Error(`${lines} lines came of ${count} calls`);
      size = bytes;
    }
    const exportedMs = (performance.now() - begunMs) / times;
    const peak = Number(await (await fetch(`${server.ready[1]}/peak`)).text());
    return { writtenMs, exportedMs, bytes: size, peak };
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

async function write(path: string, count: number): Promise<void> {
  const services = createServices({
    config: readConfig({}),
    store: await openStore(path),
    keyring: testKeyring(),
    fetch: globalThis.fetch,
    now: () => new Date(),
    log: (line) => console.error(line),
  });
  const input = { slug: "bench", retentionDays: 365 };
  const workspace = await createWorkspace(services, AN_ADMIN, input);
  await services.close();

  // The writer alone: nobody adds them up here.
  const kv = await Deno.openKv(path);
  const log = new CallLog(kv);
  await writeCalls(log, workspace, { count, members: 500, days: 90, until: new Date() });
  await log.close();
  kv.close();
}

/** Reads to the end, counts, and keeps nothing. */
async function read(url: string): Promise<{ lines: number; bytes: number }> {
  const response = await fetch(url);
  let lines = 0;
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    for (const byte of chunk) if (byte === 10) lines++;
  }
  return { lines, bytes };
}
