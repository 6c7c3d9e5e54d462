import assert from "node:assert/strict";
import { type ClientTarget, textOf } from "../_support/client.ts";
import { eventually } from "../_support/eventually.ts";
import { openWorkspace, type RunningGateway } from "../_support/gateway.ts";
import { startGatewayPair } from "../_support/gateway_pair.ts";
import { connectLegacySse, connectLegacyStreamable } from "../_support/legacy_clients.ts";
import { startLegacySessions } from "../_support/legacy_upstreams.ts";
import { startBothEras } from "../_support/modern_upstreams.ts";
import { askLegacy, askModern, beginSession } from "../_support/raw_mcp.ts";

// Two processes on one store, as several isolates of a deployment are: any request
// may reach any of them.

const OPTIONS = { sanitizeOps: false, sanitizeResources: false };

const ECHO = { name: "files__echo", arguments: { text: "hello" } };

Deno.test(
  "a token revoked through one process is refused by the other on its next call",
  OPTIONS,
  async () => {
    await using upstream = startBothEras();
    await using pair = await startGatewayPair();
    const { a, b } = pair;
    await openWorkspace(a, { files: upstream });

    for (let round = 0; round < 20; round++) {
      const { id, token } = await a.admin.addToken("team", `Member ${round}`);
      const target = at(b, token);
      const session = await beginSession(target);
      assert.equal((await askModern(target, "tools/call", ECHO)).status, 200);
      assert.equal((await askLegacy(target, session, "tools/call", ECHO)).status, 200);

      await a.admin.revokeToken("team", id);

      assert.equal((await askModern(target, "tools/call", ECHO)).status, 401);
      assert.equal((await askLegacy(target, session, "tools/call", ECHO)).status, 401);
    }
    assert.equal(upstream.journal.runs.get("echo"), 40);
  },
);

Deno.test(
  "a secret changed through one process is sent by the other on its next call",
  OPTIONS,
  async () => {
    await using upstream = startBothEras();
    await using pair = await startGatewayPair();
    const { a, b } = pair;
    const { token } = await openWorkspace(a, { files: upstream });

    for (let round = 0; round < 10; round++) {
      await a.admin.setSecret("files", "X-Api-Key", `the-key-${round}`);
      await askModern(at(b, token), "tools/call", ECHO);
    }

    const sent = upstream.journal.withRpcMethod("tools/call")
      .map(({ headers }) => headers.get("x-api-key"));
    assert.deepEqual(sent, Array.from({ length: 10 }, (_, round) => `the-key-${round}`));
  },
);

Deno.test(
  "a server installed through one process is listed by the other at once",
  OPTIONS,
  async () => {
    await using upstream = startBothEras();
    await using pair = await startGatewayPair();
    const { a, b } = pair;
    const { token } = await openWorkspace(a, { files: upstream });
    await askModern(at(b, token), "tools/list");

    await a.admin.addServer("other", upstream.url);
    await a.admin.install("other", "team");
    const { message } = await askModern(at(b, token), "tools/list");

    const names = message?.result?.tools?.map(({ name }) => name) ?? [];
    assert.ok(names.includes("files__echo") && names.includes("other__echo"));
  },
);

Deno.test("a legacy session begun at one process is served by the other", OPTIONS, async () => {
  await using upstream = startLegacySessions();
  await using pair = await startGatewayPair();
  const { a, b } = pair;
  const { token } = await openWorkspace(a, { files: upstream });
  const posts: string[] = [];
  const route = (url: URL, init: RequestInit) => {
    const { origin } = posts.length % 2 === 0 ? a : b;
    if (init.method === "POST") posts.push(origin);
    return new URL(url.pathname + url.search, origin);
  };

  await using client = await connectLegacyStreamable({ ...at(a, token), route });
  const tools = await client.listTools();
  const said = [];
  for (let i = 0; i < 6; i++) {
    said.push(textOf(await client.callTool("files__echo", { text: `number ${i}` })));
  }

  assert.ok(tools.some(({ name }) => name === "files__echo"));
  assert.deepEqual(said, [0, 1, 2, 3, 4, 5].map((i) => `number ${i}`));
  assert.ok(posts.includes(a.origin) && posts.includes(b.origin));
});

Deno.test("a legacy session ended at one process is unknown to the other", OPTIONS, async () => {
  await using upstream = startBothEras();
  await using pair = await startGatewayPair();
  const { a, b } = pair;
  const { token } = await openWorkspace(a, { files: upstream });
  const session = await beginSession(at(a, token));
  assert.equal((await askLegacy(at(b, token), session, "ping")).status, 200);

  const ended = await fetch(at(a, token).url, {
    method: "DELETE",
    headers: { authorization: `Bearer ${token}`, "mcp-session-id": session },
  });
  await ended.body?.cancel();

  assert.ok(ended.ok);
  assert.equal((await askLegacy(at(b, token), session, "ping")).status, 404);
});

Deno.test("a cancellation that reaches the other process stops the call", OPTIONS, async () => {
  await using upstream = startLegacySessions();
  await using pair = await startGatewayPair();
  const { a, b } = pair;
  const { token } = await openWorkspace(a, { files: upstream });
  const route = (url: URL, init: RequestInit) => {
    const isCancel = String(init.body).includes("notifications/cancelled");
    return new URL(url.pathname + url.search, isCancel ? b.origin : a.origin);
  };
  await using client = await connectLegacyStreamable({ ...at(a, token), route });
  const taken = new AbortController();

  const call = client.callTool("files__wait", { key: "k" }, { signal: taken.signal });
  const rejected = assert.rejects(call);
  await eventually("the running tool", () => upstream.journal.waits.has("k"));
  taken.abort();

  await rejected;
  await eventually("the tool's end", () => upstream.journal.waits.get("k") === "cancelled");
});

Deno.test(
  "an HTTP+SSE stream held by one process answers what is posted to the other",
  OPTIONS,
  async () => {
    await using upstream = startBothEras();
    await using pair = await startGatewayPair();
    const { a, b } = pair;
    const { token } = await openWorkspace(a, { files: upstream });
    const route = (url: URL, init: RequestInit) =>
      new URL(url.pathname + url.search, init.method === "POST" ? b.origin : a.origin);
    await using client = await connectLegacySse({ ...at(a, token), route });
    const seen: number[] = [];
    const taken = new AbortController();

    const said = await client.callTool("files__echo", { text: "across" });
    const big = await client.callTool("files__big", { kilobytes: 300 });
    const question = "q".repeat(200_000);
    const repeated = await client.callTool("files__echo", { text: question });
    await client.callTool("files__count", { to: 3, pauseMs: 20 }, {
      onProgress: ({ progress }) => seen.push(progress),
    });
    const call = client.callTool("files__wait", { key: "k" }, { signal: taken.signal });
    const rejected = assert.rejects(call);
    await eventually("the running tool", () => upstream.journal.waits.has("k"));
    taken.abort();

    await rejected;
    assert.equal(textOf(said), "across");
    assert.equal(textOf(big).length, 300 * 1024);
    assert.equal(textOf(repeated), question);
    assert.ok(seen.length >= 2);
    await eventually("the tool's end", () => upstream.journal.waits.get("k") === "cancelled");
  },
);

function at(gateway: RunningGateway, token: string): ClientTarget {
  return { url: gateway.workspaceUrl("team"), token };
}
