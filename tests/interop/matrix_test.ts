import assert from "node:assert/strict";
import { type TestClient, textOf } from "../_support/client.ts";
import { CLIENT_KINDS, type ClientKind } from "../_support/clients.ts";
import { eventually } from "../_support/eventually.ts";
import { type RunningGateway, startGateway } from "../_support/gateway.ts";
import type { Journal } from "../_support/journal.ts";
import type { Upstream } from "../_support/upstream.ts";
import { UPSTREAM_KINDS, type UpstreamKind } from "../_support/upstreams.ts";

const OPTIONS = { sanitizeOps: false, sanitizeResources: false };

const SECRET = { name: "X-Upstream-Key", value: "k-7f3a91c5d2e84b60" };

for (const upstreamKind of UPSTREAM_KINDS) {
  Deno.test(`every client gets along with ${upstreamKind.name}`, OPTIONS, async (t) => {
    await using gateway = await startGateway();
    await using upstream = await upstreamKind.start();
    const token = await installed(gateway, upstream);
    const target = { url: gateway.workspaceUrl("team"), token };

    for (const clientKind of CLIENT_KINDS) {
      upstream.journal.clear();
      await using client = await clientKind.connect(target);

      await t.step(`${clientKind.name} lists and calls its tools`, async () => {
        await listAndCall(client, upstreamKind, upstream.journal, token);
      });
      if (clientKind.seesProgress) {
        await t.step(`${clientKind.name} sees progress`, () => follow(client, upstreamKind));
      }
      if (clientKind.takesBack) {
        await t.step(`${clientKind.name} takes a call back`, async () => {
          await takeBack(client, clientKind, upstreamKind, upstream.journal);
        });
      }
    }
  });
}

/** Registers the server with a secret, in a workspace with one token. */
async function installed({ admin }: RunningGateway, upstream: Upstream): Promise<string> {
  await admin.addServer("files", upstream.url);
  await admin.setSecret("files", SECRET.name, SECRET.value);
  await admin.addWorkspace("team");
  await admin.install("files", "team");
  const { token } = await admin.addToken("team", "Alice Chen");
  return token;
}

async function listAndCall(
  client: TestClient,
  { echo }: UpstreamKind,
  journal: Journal,
  token: string,
): Promise<void> {
  const tools = await client.listTools();
  const said = await client.callTool(`files__${echo.tool}`, { [echo.argument]: "good morning" });

  assert.ok(tools.some((tool) => tool.name === `files__${echo.tool}`), "the tool is listed");
  assert.ok(tools.every((tool) => tool.name.startsWith("files__")), "every name has its prefix");
  assert.match(textOf(said), /good morning/);

  const calls = journal.withRpcMethod("tools/call");
  assert.equal(calls.length, 1, "the call arrived once");
  assert.ok(calls[0]?.body.includes(`"name":"${echo.tool}"`), "under the tool's own name");
  for (const { method, headers } of journal.requests) {
    assert.equal(headers.get(SECRET.name), SECRET.value, `${method} carries the secret`);
    assert.equal(headers.get("authorization"), null, "the caller's token stays here");
  }
  const seen = JSON.stringify([tools, said]);
  assert.ok(!seen.includes(SECRET.value), "the client never sees the secret");
  const received = JSON.stringify(journal.requests.map((r) => [r.url, r.body, [...r.headers]]));
  assert.ok(!received.includes(token), "the server never sees the token");
}

async function follow(client: TestClient, { counting }: UpstreamKind): Promise<void> {
  const seen: number[] = [];

  const result = await client.callTool(`files__${counting.tool}`, counting.args, {
    onProgress: ({ progress }) => seen.push(progress),
  });

  assert.match(textOf(result), counting.answer);
  // SDK 1 loses a last step that arrives together with the result.
  assert.ok(seen.length >= 2, `progress arrives: ${seen}`);
  assert.deepEqual(seen, [1, 2, 3].slice(0, seen.length));
}

async function takeBack(
  client: TestClient,
  clientKind: ClientKind,
  { waiting, cancellation }: UpstreamKind,
  journal: Journal,
): Promise<void> {
  const key = `taken back by ${clientKind.name}`;
  const taken = new AbortController();
  journal.clear();

  const call = client.callTool(`files__${waiting.tool}`, waiting.args(key), {
    signal: taken.signal,
  });
  const rejected = assert.rejects(call);
  await eventually("the call at the server", () => journal.withRpcMethod("tools/call")[0]);
  if (waiting.tool === "wait") await eventually("the tool", () => journal.waits.has(key));
  taken.abort();
  await rejected;

  await eventually(
    `the cancellation: the ${cancellation}`,
    () =>
      cancellation === "tool stops"
        ? journal.waits.get(key) === "cancelled"
        : journal.withRpcMethod("notifications/cancelled").length > 0,
  );
}
