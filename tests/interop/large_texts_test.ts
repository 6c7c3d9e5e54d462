import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { openWorkspace, startGateway } from "../_support/gateway.ts";
import { pause } from "../_support/eventually.ts";
import {
  type AnswerBody,
  openRawClient,
  RAW_CLIENTS,
  type RawClientKind,
  readAnswer,
} from "../_support/raw_clients.ts";
import { RAW_KINDS, type RawUpstream, startRawUpstream } from "../_support/raw_upstreams.ts";

const WORDS = 'some "words", a line\n and ü€🌍 \\ more, '.repeat(1_000);
const PIECE = JSON.stringify(WORDS).slice(1, -1);
const PIECES = Math.ceil(50 * 1024 * 1024 / PIECE.length);
const END = '"}],"structuredContent":{"exact":12345678901234567890,"same":1.50e+400}}';

const EMPTY_LISTS = '{"tools":[],"prompts":[],"resources":[],"resourceTemplates":[]}';

/**
 * How much more than after its first large answers the gateway may hold at any time. An answer
 * that is read whole takes more than twice as much, by itself.
 */
const SPARE_BYTES = 192 * 1024 * 1024;

/** A result with a text of 50 MB, and numbers that JavaScript cannot hold. */
function* largeResult(): Generator<string> {
  yield '{"content":[{"type":"text","text":"';
  for (let piece = 0; piece < PIECES; piece++) yield PIECE;
  yield END;
}

function startServers(): Record<string, RawUpstream> {
  return Object.fromEntries(RAW_KINDS.map((kind) => [
    kind.toLowerCase().replaceAll(/[^a-z]+/g, "-"),
    startRawUpstream(kind, (method) => method === "tools/call" ? largeResult() : EMPTY_LISTS),
  ]));
}

/** Memory of a process that is not on disk, now and at most. */
async function memoryOf(pid: number): Promise<{ nowBytes: number; mostBytes: number }> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  const kib = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) * 1024;
  return { nowBytes: kib("VmRSS"), mostBytes: kib("VmHWM") };
}

async function assertWhole(body: AnswerBody): Promise<void> {
  const { text, message } = await readAnswer(body);
  assert.ok(message.result?.content[0].text === WORDS.repeat(PIECES), text.slice(-300));
  assert.ok(text.includes('"exact":12345678901234567890,"same":1.50e+400'), "numbers changed");
}

/** Reads a body slowly, whatever the size of its pieces, and gives the digest of its bytes. */
async function readSlowly({ reader }: AnswerBody): Promise<string> {
  const hash = createHash("sha256");
  let unpaused = 0;
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    hash.update(read.value);
    unpaused += read.value.length;
    if (unpaused < 64 * 1024) continue;
    unpaused = 0;
    await pause(2);
  }
  return hash.digest("hex");
}

/** The digest of the message as its server sends it, under an id, in a body or as an event. */
function digestOf({ id, isStream }: AnswerBody): string {
  const hash = createHash("sha256").update(isStream ? "event: message\ndata: " : "");
  hash.update('{"result":');
  for (const piece of largeResult()) hash.update(piece);
  hash.update(`,"jsonrpc":"2.0","id":${id}}`);
  return hash.update(isStream ? "\n\n" : "").digest("hex");
}

Deno.test({
  name: "a text of 50 MB passes between all clients and servers, and the gateway stays small",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const servers = startServers();
    await using gateway = await startGateway();
    const { token } = await openWorkspace(gateway, servers);
    const target = { url: gateway.workspaceUrl("team"), token };
    const call = async (kind: RawClientKind, server: string) => {
      await using client = await openRawClient(kind, target);
      await assertWhole(await client.send("tools/call", { name: `${server}__big` }));
    };
    const before = await memoryOf(gateway.process.pid);

    await call("modern", "modern-json");
    await call("streamable", "streamable-stream");
    const first = await memoryOf(gateway.process.pid);
    for (const kind of RAW_CLIENTS) {
      for (const server of Object.keys(servers)) await call(kind, server);
    }
    const all = await memoryOf(gateway.process.pid);

    await using client = await openRawClient("modern", target);
    const slow = await Promise.all(
      [1, 2, 3, 4].map(() => client.send("tools/call", { name: "modern-json__big" })),
    );
    const digests = await Promise.all(slow.map(readSlowly));
    const last = await memoryOf(gateway.process.pid);

    assert.deepEqual(digests, slow.map(digestOf));
    const calls = await gateway.admin.calls("team");
    assert.deepEqual([...new Set(calls.map(({ outcome }) => outcome))], ["ok"]);
    const [a, b, c, d] = [before.nowBytes, first.mostBytes, all.mostBytes, last.mostBytes]
      .map((bytes) => `${Math.round(bytes / 1024 / 1024)} MiB`);
    console.log(
      `memory of the gateway: ${a} idle; at most ${b} in its first 2 answers of 50 MB, ` +
        `${c} in ${calls.length - 4}, ${d} with 4 slow readers at once`,
    );
    assert.ok(last.mostBytes - first.mostBytes < SPARE_BYTES, `${b}, then ${d}`);

    for (const server of Object.values(servers)) await server[Symbol.asyncDispose]();
  },
});
