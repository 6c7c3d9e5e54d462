import { Buffer } from "node:buffer";
import { EchoAutomaton } from "../core/secrets/echo_automaton.ts";
import { echoNeedles } from "../core/secrets/echo_forms.ts";
import { LeakScanner } from "../core/secrets/leak_scanner.ts";
import { startGateway } from "../tests/_support/gateway.ts";
import { Load, type Round } from "./load.ts";
import { type Target, TOOL } from "./protocol.ts";
import { summarise } from "./report.ts";

const KEY = "sk_live_51Hq0Kc2eZvKYlo2CabcdefGHIJ9x8w";
const PIECE_BYTES = 64 * 1024;
const SIZES = { "1 KB": 1e3, "100 KB": 1e5, "1 MB": 1e6, "50 MB": 50e6 };
const ROUNDS = 5;
const WARM_UP_MS = 700;
const ROUND_MS = 300;
const TURNS = 6;
/** How much is read in a round, whatever the size of an answer is. */
const ROUND_BYTES = 4e6;

const RECORD = {
  id: 4711,
  name: "User number 4711",
  email: "user.4711@example.com",
  note: 'Likes long walks.\nWrites "code" & reads files like src/main.ts',
  tags: ["a-b", "c_d"],
  score: 0.7318,
};

/** What answers are made of: JSON values. */
const ITEMS: Record<string, string> = {
  "JSON": JSON.stringify(RECORD),
  "JSON in JSON": JSON.stringify(JSON.stringify(RECORD)),
  "prose": JSON.stringify("The quick brown fox jumps over the lazy dog. "),
  "base64": JSON.stringify(
    Buffer.from(Uint8Array.from({ length: 600 }, (_, at) => at * at * 31 + at * 7))
      .toString("base64"),
  ),
};

/**
 * `deno task bench scan`: what it costs to look through an answer for one secret, beside
 * decoding and parsing it; and what it costs a whole gateway.
 */
export async function benchScan(upstream: URL): Promise<void> {
  scanAlone();
  await scanInGateway(upstream);
}

function scanAlone(): void {
  const automaton = new EchoAutomaton(echoNeedles([{ name: "KEY", value: KEY }]));
  console.log("answer        size      scan ns/B  parse ns/B  throughput with / without");
  for (const [what, item] of Object.entries(ITEMS)) {
    for (const [size, sizeBytes] of Object.entries(SIZES)) {
      const count = Math.ceil(sizeBytes / item.length);
      const bytes = Buffer.from(`[${Array(count).fill(item).join(",")}]`);
      const repeats = Math.max(1, Math.round(ROUND_BYTES / sizeBytes));
      const scan = best(bytes, repeats, () => {
        const scanner = new LeakScanner(automaton, { isEventStream: false, onFound: () => {} });
        for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
          scanner.push(bytes.subarray(at, at + PIECE_BYTES));
        }
        scanner.end();
      });
      const parse = best(bytes, repeats, () => JSON.parse(new TextDecoder().decode(bytes)));
      const columns = [
        what.padEnd(12),
        size.padEnd(8),
        scan.toFixed(2).padStart(10),
        parse.toFixed(2).padStart(10),
        (parse / (scan + parse)).toFixed(2).padStart(25),
      ];
      console.log(columns.join("  "));
    }
  }
}

/** One gateway with two servers at one address, of which one has a secret, in turns. */
async function scanInGateway(upstream: URL): Promise<void> {
  await using gateway = await startGateway();
  const { admin } = gateway;
  const open = async (slug: string): Promise<Target> => {
    await admin.addServer(slug, upstream.href);
    await admin.addWorkspace(slug);
    await admin.install(slug, slug);
    const { token } = await admin.addToken(slug, "Bench");
    const url = new URL(gateway.workspaceUrl(slug));
    return { name: slug, url, tool: `${slug}__${TOOL}`, token };
  };
  const without = await open("without");
  const withOne = await open("with-one");
  await admin.setSecret("with-one", "X-API-Key", KEY);

  console.log("calls of     connections   without/s      with/s   ratio");
  for (
    const [size, sizeBytes] of [["1 KB", 1024], ["100 KB", 102_400], ["1 MB", 1_048_576]] as const
  ) {
    for (const connections of [1, 16]) {
      const rates = await inTurns([without, withOne], sizeBytes, connections);
      const cells = rates.map((rate) => Math.round(rate).toLocaleString("en").padStart(12));
      const ratio = (rates[1] / rates[0]).toFixed(2).padStart(8);
      console.log(`${size.padEnd(8)}${String(connections).padStart(16)}${cells.join("")}${ratio}`);
    }
  }
}

async function inTurns(
  [a, b]: readonly [Target, Target],
  sizeBytes: number,
  connections: number,
): Promise<[number, number]> {
  using loadA = await Load.open(a, "modern", sizeBytes, connections);
  using loadB = await Load.open(b, "modern", sizeBytes, connections);
  const rounds: [Round[], Round[]] = [[], []];
  for (const load of [loadA, loadB]) await load.run(WARM_UP_MS);
  for (let turn = 0; turn < TURNS; turn++) {
    rounds[0].push(await loadA.run(ROUND_MS));
    rounds[1].push(await loadB.run(ROUND_MS));
  }
  return [summarise(rounds[0]).perSecond, summarise(rounds[1]).perSecond];
}

/** The time of the best round, in nanoseconds a byte. */
function best(bytes: Uint8Array, repeats: number, run: () => void): number {
  let shortestMs = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const startMs = performance.now();
    for (let repeat = 0; repeat < repeats; repeat++) run();
    shortestMs = Math.min(shortestMs, performance.now() - startMs);
  }
  return shortestMs * 1e6 / (bytes.length * repeats);
}
