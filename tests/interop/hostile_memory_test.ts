import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { type Attack, head, jsonBody, startAdversary } from "../_support/adversary.ts";
import { MESSAGE_ATTACKS, WIRE_ATTACKS } from "../_support/attacks.ts";
import { openWorkspace, startGateway } from "../_support/gateway.ts";
import { askLegacy, askModern, beginSession, sendModern } from "../_support/raw_mcp.ts";
import type { RawKind } from "../_support/raw_upstreams.ts";

/** What docs/deploy.md says that a gateway needs at most, with hostile servers. */
const STATED_BYTES = 1280 * 1024 * 1024;

/** How many bytes are read of an answer that has no end. */
const ENDLESS_BYTES = 512 * 1024 * 1024;

const ONE_BYTE_CHUNKS = new TextEncoder().encode("1\r\nx\r\n".repeat(20_000));

function* chunked(type: string, beginning: string): Generator<string | Uint8Array<ArrayBuffer>> {
  yield head(type, "transfer-encoding: chunked");
  yield `${beginning.length.toString(16)}\r\n${beginning}\r\n`;
  for (;;) yield ONE_BYTE_CHUNKS;
}

function* endless(beginning: string): Generator<string | Uint8Array<ArrayBuffer>> {
  yield beginning;
  const more = new TextEncoder().encode("x".repeat(256 * 1024));
  for (;;) yield more;
}

/** What costs memory rather than patience. */
const HEAVY: Record<string, { kind: RawKind; attack: Attack }> = {
  "trickle-json": {
    kind: "modern, JSON",
    attack: { name: "", wire: () => chunked("application/json", '{"jsonrpc":"2.0","a":"') },
  },
  "trickle-stream": {
    kind: "streamable, stream",
    attack: { name: "", wire: () => chunked("text/event-stream", "data: ") },
  },
  "endless-event": {
    kind: "modern, stream",
    attack: { name: "", wire: () => endless(head("text/event-stream") + "data: ") },
  },
};
for (const [at, attack] of [...WIRE_ATTACKS, ...MESSAGE_ATTACKS].entries()) {
  HEAVY[`attack-${at}`] = { kind: "modern, JSON", attack };
}

/** The most memory that a process ever had that is not on disk. */
async function mostBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) * 1024;
}

Deno.test({
  name: "hostile servers, all at once, leave the gateway within its stated memory, and serving",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using stack = new AsyncDisposableStack();
    const gateway = stack.use(await startGateway());
    const servers: Record<string, { url: string; timeoutSeconds: number }> = {};
    for (const [slug, { kind, attack }] of Object.entries(HEAVY)) {
      servers[slug] = { url: stack.use(startAdversary(kind, attack)).url, timeoutSeconds: 3 };
    }
    const plain = (id: string) =>
      endless(
        [...jsonBody([`{"jsonrpc":"2.0","id":${id},"result":{"content":[{"type":"text","text":"`])]
          .join(""),
      );
    const flood = stack.use(startAdversary("modern, JSON", { name: "", wire: plain }));
    servers.flood = { url: flood.url, timeoutSeconds: 60 };
    const { token } = await openWorkspace(gateway, servers);
    const target = { url: gateway.workspaceUrl("team"), token };
    const session = await beginSession(target);
    const idle = await mostBytes(gateway.process.pid);

    // Twelve calls at once of each endless answer, which together are over what is held.
    const calls = Object.keys(HEAVY).flatMap((slug) => {
      const times = slug.startsWith("attack-") && slug !== "attack-0" ? 1 : 6;
      return Array.from({ length: times }, () => [
        askModern(target, "tools/call", { name: `${slug}__echo` }),
        askLegacy(target, session, "tools/call", { name: `${slug}__echo` }),
      ]).flat();
    });
    const answers = await Promise.all(calls);
    const hostile = await mostBytes(gateway.process.pid);

    const leaving = new AbortController();
    const { signal } = leaving;
    const response = await sendModern(target, "tools/call", { name: "flood__echo" }, { signal });
    let readBytes = 0;
    for await (const chunk of response.body ?? []) {
      readBytes += chunk.length;
      if (readBytes >= ENDLESS_BYTES) break;
    }
    leaving.abort();
    const flooded = await mostBytes(gateway.process.pid);
    const list = await askModern(target, "tools/list");

    for (const { message, text } of answers) {
      assert.match(message?.error?.message ?? text.slice(0, 300), /^Server "[a-z0-9-]+" /);
    }
    assert.equal(list.status, 200);
    const [a, b, c] = [idle, hostile, flooded].map((n) => `${Math.round(n / 1024 / 1024)} MiB`);
    console.log(
      `memory of the gateway: ${a} idle; at most ${b} in ${answers.length} calls at hostile ` +
        `servers at once, ${c} with an answer of ${readBytes / 1024 / 1024} MiB that did not end`,
    );
    assert.ok(flooded < STATED_BYTES, c);
  },
});
