import { AN_ADMIN } from "../_support/core.ts";
import assert from "node:assert/strict";
import { MAX_BODY_BYTES } from "../../core/gateway/http_guard.ts";
import { createToken } from "../../core/tokens/create_token.ts";
import { newTokenText } from "../../core/tokens/token_text.ts";
import { createWorkspace } from "../../core/workspaces/create_workspace.ts";
import { removeWorkspace } from "../../core/workspaces/remove_workspace.ts";
import { answerIn, bare, legacy, modern, post } from "./_requests.ts";
import { startWorld, type World } from "./_world.ts";
import { kept } from "../calls/_support.ts";

/** Everything of a reply that a caller can see. */
async function seen(response: Response): Promise<string> {
  const headers = [...response.headers].map(([name, value]) => `${name}: ${value}`);
  return [response.status, ...headers, await response.text()].join("\n");
}

/** A token that is well-formed except for its last character. */
function mistyped(token: string): string {
  return token.slice(0, -1) + (token.endsWith("x") ? "y" : "x");
}

async function refusedRequests(world: World): Promise<Record<string, [Request, string]>> {
  const { services } = world;
  await createWorkspace(services, AN_ADMIN, { slug: "others" });
  await createWorkspace(services, AN_ADMIN, { slug: "gone" });
  const good = await world.addToken("Good");
  const revoked = await world.addToken("Revoked");
  await services.tokens.revoke(
    AN_ADMIN,
    { ...revoked, workspaceId: await idOf(world, "team") },
    new Date(),
  );
  const soon = new Date(services.now().getTime() + 60_000).toISOString();
  const expired = await world.addToken("Expired", { expiresAt: soon });
  const foreign = await createToken(services, AN_ADMIN, "others", { name: "Foreign" });
  const orphan = await createToken(services, AN_ADMIN, "gone", { name: "Orphan" });
  await removeWorkspace(services, AN_ADMIN, "gone", { force: true });
  world.advance(60_000);

  const withHeader = (authorization: string) =>
    new Request(legacy("", "ping"), { headers: { authorization } });
  return {
    "no header": [new Request(legacy("", "ping"), { headers: {} }), "team"],
    "another scheme": [withHeader(`Basic ${good.token}`), "team"],
    "an empty bearer": [withHeader("Bearer "), "team"],
    "a malformed token": [legacy("mwt_alice", "ping"), "team"],
    "a very long token": [legacy("mwt_alice_" + "a".repeat(8_000), "ping"), "team"],
    "a wrong checksum": [legacy(mistyped(good.token), "ping"), "team"],
    "an unknown token": [legacy(newTokenText("Nobody"), "ping"), "team"],
    "an admin's environment token": [legacy("environment-token-0123456789", "ping"), "team"],
    "a revoked token": [legacy(revoked.token, "ping"), "team"],
    "an expired token": [legacy(expired.token, "ping"), "team"],
    "another workspace's token": [legacy(foreign.token, "ping"), "team"],
    "a token of a workspace that is gone": [legacy(orphan.token, "ping"), "gone"],
    "an unknown workspace": [legacy(good.token, "ping"), "nowhere"],
    "a slug that is none": [legacy(good.token, "ping"), "No Such%20Slug__"],
    "a revoked token on GET": [bare("GET", revoked.token), "team"],
    "a revoked token on DELETE": [bare("DELETE", revoked.token), "team"],
    "no token and a body that is no JSON": [post("", "{"), "team"],
    "an unknown method without a token": [
      new Request("http://gateway.test/ws/team/sse", { method: "PUT" }),
      "team",
    ],
  };
}

async function idOf(world: World, slug: string) {
  const workspace = await world.services.workspaces.findBySlug(slug);
  assert.ok(workspace !== null);
  return workspace.id;
}

Deno.test("Gateway refuses every caller who may not come in with the same bytes", async () => {
  await using world = await startWorld();
  const requests = await refusedRequests(world);
  const expected = await seen(await world.send(new Request("http://gateway.test/"), "team"));

  for (const [what, [request, workspace]] of Object.entries(requests)) {
    assert.equal(await seen(await world.send(request, workspace)), expected, what);
  }

  assert.match(expected, /^401\n/);
  assert.match(expected, /www-authenticate: Bearer realm="aerostack"/);
});

Deno.test("Gateway gives the same refusal to a stranger whatever is remembered of the workspace", async () => {
  await using world = await startWorld();
  const { token } = await world.addToken();
  const stranger = newTokenText("Stranger");

  const cold = await seen(await world.send(legacy(stranger, "ping")));
  assert.equal((await world.send(legacy(token, "ping"))).status, 200);
  const warm = await seen(await world.send(legacy(stranger, "ping")));
  const again = await seen(await world.send(legacy(stranger, "ping")));

  assert.equal(warm, cold);
  assert.equal(again, cold);
});

Deno.test("Gateway refuses a page of another site before it looks at the token", async () => {
  await using world = await startWorld();
  const { token } = await world.addToken();

  for (const origin of ["https://evil.example", "null", "http://localhost:8001", "not a url"]) {
    const response = await world.send(legacy(token, "ping", {}, { headers: { origin } }));
    assert.equal(response.status, 403, origin);
    assert.equal((await answerIn(response)).error?.code, -32000);
  }
  const own = { headers: { origin: world.services.config.publicUrl } };
  assert.equal((await world.send(legacy(token, "ping", {}, own))).status, 200);
});

Deno.test("Gateway accepts no loopback Origin once its public address is set", async () => {
  await using world = await startWorld({
    env: { AEROSTACK_PUBLIC_URL: "https://mcp.example.com" },
  });
  const { token } = await world.addToken();

  const port = world.services.config.port;
  const headers = { origin: `http://localhost:${port}` };
  assert.equal((await world.send(legacy(token, "ping", {}, { headers }))).status, 403);
});

Deno.test("Gateway refuses a body over the limit and names the limit, with and without a declared length", async () => {
  await using world = await startWorld();
  const { token } = await world.addToken();
  const tooLong = "x".repeat(MAX_BODY_BYTES + 1);

  const declared = { headers: { "content-length": String(tooLong.length) } };
  for (const request of [post(token, tooLong, declared), post(token, tooLong)]) {
    const response = await world.send(request);
    assert.equal(response.status, 413);
    assert.match((await answerIn(response)).error?.message ?? "", /4 MiB/);
  }
});

Deno.test("Gateway reads no more of an endless body than its limit", async () => {
  await using world = await startWorld();
  const { token } = await world.addToken();
  let sent = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      sent += 65_536;
      controller.enqueue(new Uint8Array(65_536).fill(32));
    },
  });
  const { headers } = post(token, "");

  const response = await world.send(
    new Request("http://gateway.test/", { method: "POST", headers, body }),
  );

  assert.equal(response.status, 413);
  assert.ok(sent <= MAX_BODY_BYTES + 3 * 65_536, `${sent} bytes were taken`);
});

Deno.test("Gateway answers what is no JSON, a batch and what is no JSON-RPC each with its own error", async () => {
  await using world = await startWorld();
  const { token } = await world.addToken();
  const ping = { jsonrpc: "2.0", id: 1, method: "ping" };
  const cases: [unknown, number, RegExp][] = [
    ["{", -32700, /not JSON/],
    ["", -32700, /not JSON/],
    [[], -32600, /batch holds 1 to 100/],
    [Array.from({ length: 101 }, () => ping), -32600, /batch holds 1 to 100/],
    [[ping, 1], -32600, /batch holds 1 to 100/],
    ["1", -32600, /not a JSON-RPC/],
    ["null", -32600, /not a JSON-RPC/],
    [{ ...ping, jsonrpc: "1.0" }, -32600, /not a JSON-RPC/],
    [{ ...ping, id: null }, -32600, /not a JSON-RPC/],
    [{ ...ping, id: 1.5 }, -32600, /not a JSON-RPC/],
    [{ ...ping, params: [] }, -32600, /not a JSON-RPC/],
  ];

  for (const [body, code, message] of cases) {
    const response = await world.send(post(token, body));
    const { error, id } = await answerIn(response);
    assert.equal(response.status, 400, JSON.stringify(body));
    assert.equal(error?.code, code, JSON.stringify(body));
    assert.match(error?.message ?? "", message);
    assert.equal(id, undefined);
  }
});

Deno.test("Gateway refuses a body that is nested deeper than 1,000, in both eras", async () => {
  await using world = await startWorld();
  const { token } = await world.addToken();
  const deep = "[".repeat(100_000) + "]".repeat(100_000);

  for (const send of [modern, legacy]) {
    const request = send(token, "tools/call", { name: "any__tool", arguments: { deep: "here" } });
    const body = (await request.text()).replace('"here"', deep);
    const response = await world.send(
      new Request(request.url, {
        method: "POST",
        headers: request.headers,
        body,
      }),
    );
    const { error } = await answerIn(response);
    assert.equal(response.status, 400);
    assert.equal(error?.code, -32600);
    assert.match(error?.message ?? "", /nested deeper than 1000/);
  }
  assert.deepEqual(world.log, []);
});

Deno.test("Gateway refuses other content types, answers that it cannot give, and other methods", async () => {
  await using world = await startWorld();
  const { token } = await world.addToken();
  const authorization = `Bearer ${token}`;

  const plain = post(token, "{}", { headers: { "content-type": "text/plain" } });
  assert.equal((await world.send(plain)).status, 415);
  const picture = legacy(token, "ping", {}, { headers: { accept: "image/png" } });
  assert.equal((await world.send(picture)).status, 406);
  const jsonOnly = new Request("http://gateway.test/", {
    headers: { authorization, accept: "application/json" },
  });
  assert.equal((await world.send(jsonOnly)).status, 406);
  for (const method of ["PUT", "PATCH", "OPTIONS", "HEAD"]) {
    const headers = { authorization };
    const response = await world.send(new Request("http://gateway.test/", { method, headers }));
    assert.equal(response.status, 405, method);
    assert.equal(response.headers.get("allow"), "GET, POST, DELETE");
  }
});

Deno.test("Gateway answers the methods of the other era, and unknown ones, as unknown", async () => {
  await using world = await startWorld();
  const { token } = await world.addToken();

  for (const method of ["initialize", "ping", "logging/setLevel", "constructor", "__proto__"]) {
    const response = await world.send(modern(token, method));
    assert.equal(response.status, 404, method);
    assert.equal((await answerIn(response)).error?.code, -32601, method);
  }
  for (const method of ["server/discover", "no/such", "constructor"]) {
    const response = await world.send(legacy(token, method));
    assert.equal(response.status, 200, method);
    assert.equal((await answerIn(response)).error?.code, -32601, method);
  }
});

Deno.test("Gateway answers an unknown tool with -32602 and puts the attempt on the record", async () => {
  await using world = await startWorld();
  const { token } = await world.addToken();
  const names = ["nowhere__echo", "echo", "__echo", "team__", ""];

  for (const name of names) {
    const { error } = await answerIn(await world.send(modern(token, "tools/call", { name })));
    assert.equal(error?.code, -32602, name);
  }
  const nameless = await answerIn(await world.send(legacy(token, "tools/call", { name: 7 })));
  assert.equal(nameless.error?.code, -32602);

  const { items } = await world.services.callQueries.list(kept(await idOf(world, "team")), {
    limit: 100,
    cursor: null,
  });
  assert.equal(items.length, names.length + 1);
  assert.deepEqual(new Set(items.map(({ outcome }) => outcome)), new Set(["refused"]));
  assert.deepEqual(new Set(items.map(({ server }) => server)), new Set([null]));
});

Deno.test("Gateway has no GET and no DELETE for the modern era", async () => {
  await using world = await startWorld();
  const { token } = await world.addToken();

  for (const method of ["GET", "DELETE"] as const) {
    const request = bare(method, token);
    request.headers.set("mcp-protocol-version", "2026-07-28");
    const response = await world.send(request);
    assert.equal(response.status, 405);
    assert.equal(response.headers.get("allow"), "POST");
  }
});

Deno.test("Gateway opens a listen request only for a client that reads streams", async () => {
  await using world = await startWorld();
  const { token } = await world.addToken();
  const headers = { accept: "application/json" };
  const params = { notifications: { toolsListChanged: true } };

  const response = await world.send(modern(token, "subscriptions/listen", params, { headers }));

  assert.equal(response.status, 406);
  const { error, id } = await answerIn(response);
  assert.equal(id, 1);
  assert.match(error?.message ?? "", /event stream only/);
});
