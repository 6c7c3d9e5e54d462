/**
 * `deno task bench idle`: a thousand streams of each era that nothing happens on.
 *
 * `--minutes=10` watches them for that long, `--streams=100` opens fewer of each. Ends
 * with 1 when one is cut, or does not end in order within five seconds of SIGTERM.
 */
import { readFile } from "node:fs/promises";
import { type RunningGateway, startGateway } from "../tests/_support/gateway.ts";
import { IDLE_KINDS, type IdleStream, openIdleStream } from "../tests/_support/idle_streams.ts";
import { pause } from "../tests/_support/eventually.ts";

/** One token holds 200 streams at most. */
const STREAMS_PER_TOKEN = 100;
/** How many are opened at once. */
const BATCH_SIZE = 25;
const END_WITHIN_MS = 5_000;

/** Runs the benchmark and gives the exit code. */
export async function benchIdleStreams(args: readonly string[]): Promise<number> {
  const count = option(args, "streams", 1_000);
  const minutes = option(args, "minutes", 0);
  await using gateway = await startGateway();
  const tokens = await tokensFor(gateway, count);
  const url = gateway.workspaceUrl("idle");
  const streams: IdleStream[] = [];

  // What the first of each needs is not what one more needs.
  for (const kind of IDLE_KINDS) {
    await (await openIdleStream(kind, { url, token: tokens[0] })).leave();
  }

  for (const kind of IDLE_KINDS) {
    const before = await memoryOf(gateway);
    for (let at = 0; at < count; at += BATCH_SIZE) {
      const batch = tokens.slice(at, Math.min(at + BATCH_SIZE, count));
      streams.push(
        ...await Promise.all(batch.map((token) => openIdleStream(kind, { url, token }))),
      );
    }
    await pause(2_000);
    const after = await memoryOf(gateway);
    const perStreamKib = (after - before) / count / 1024;
    console.log(
      `${count} ${kind} streams: ${perStreamKib.toFixed(1)} KiB each, ${mib(after)} MiB in all`,
    );
  }

  const cut = minutes === 0 ? 0 : await soak(streams, minutes);
  if (minutes > 0) console.log(`memory after it: ${mib(await memoryOf(gateway))} MiB`);
  return await endAll(gateway, streams) && cut === 0 ? 0 : 1;
}

/** Watches streams, and gives how many ended meanwhile. */
async function soak(streams: readonly IdleStream[], minutes: number): Promise<number> {
  await pause(minutes * 60_000);
  const cut = streams.filter(({ end }) => end !== null).length;
  console.log(`${cut} of ${streams.length} streams were cut within ${minutes} minutes`);
  return cut;
}

/** Tells the gateway to end; gives whether every stream ended in order and in time. */
async function endAll(gateway: RunningGateway, streams: readonly IdleStream[]): Promise<boolean> {
  const open = streams.filter(({ end }) => end === null);
  const beganMs = performance.now();
  Deno.kill(gateway.process.pid, "SIGTERM");
  const ends = await Promise.all(open.map(({ ended }) => ended));
  const tookMs = performance.now() - beganMs;
  const code = await gateway.process.exited;

  for (const kind of IDLE_KINDS) {
    const ofKind = ends.filter((_, at) => open[at]?.kind === kind);
    const graceful = ofKind.filter((end) => end === "graceful").length;
    console.log(`${graceful} of ${ofKind.length} ${kind} streams ended gracefully`);
  }
  const seconds = (tookMs / 1_000).toFixed(2);
  console.log(`all streams had ended ${seconds} s after SIGTERM; the process ended with ${code}`);
  return ends.every((end) => end === "graceful") && tookMs <= END_WITHIN_MS && code === 0;
}

/** The token of each stream. */
async function tokensFor({ admin }: RunningGateway, count: number): Promise<string[]> {
  await admin.addWorkspace("idle");
  const tokens: string[] = [];
  while (tokens.length < count) {
    const { token } = await admin.addToken("idle", `Reader ${tokens.length}`);
    tokens.push(...new Array<string>(STREAMS_PER_TOKEN).fill(token));
  }
  return tokens;
}

async function memoryOf({ process }: RunningGateway): Promise<number> {
  const status = await readFile(`/proc/${process.pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024;
}

function mib(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(0);
}

function option(args: readonly string[], name: string, otherwise: number): number {
  const value = args.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3);
  return value === undefined ? otherwise : Number(value);
}
