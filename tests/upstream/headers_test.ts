import assert from "node:assert/strict";
import { CHALLENGE, startHostile, startRedirecting } from "../_support/hostile_upstreams.ts";
import { startLegacySessions, startLegacySse } from "../_support/legacy_upstreams.ts";
import { startBothEras } from "../_support/modern_upstreams.ts";
import { serveLocally } from "../_support/upstream.ts";
import { answerIn, legacy, modern } from "../gateway/_requests.ts";
import { sharedFile, startWorld } from "../gateway/_world.ts";

/** What a client, a browser and proxies may send along. */
const PRIVATE = {
  "cookie": "session=the-cookie",
  "x-forwarded-for": "203.0.113.7",
  "x-forwarded-host": "internal.example",
  "forwarded": "for=203.0.113.7",
  "x-real-ip": "203.0.113.7",
  "x-api-key": "the-callers-own-key",
  "x-anything": "something",
  "user-agent": "the-callers-agent",
  "referer": "https://somewhere.example/",
  "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
  "last-event-id": "event-of-the-caller",
  "proxy-authorization": "Basic abc",
};

/** Every header that a server may get, whatever its era. */
const ALLOWED = [
  "accept",
  "accept-encoding",
  "accept-language",
  "connection",
  "content-length",
  "content-type",
  "host",
  "mcp-method",
  "mcp-name",
  "mcp-param-region",
  "mcp-protocol-version",
  "mcp-session-id",
  "transfer-encoding",
  "user-agent",
  "x-injected",
];

for (
  const [what, start] of Object.entries({ startBothEras, startLegacySessions, startLegacySse })
) {
  Deno.test(`nothing of a caller's headers reaches a server: ${what}`, async () => {
    await using upstream = await start();
    await using world = await startWorld();
    await world.addServer("notes", upstream.url);
    await world.addSecret("notes", "X-Injected", "the-secret");
    const { token } = await world.addToken();
    const params = { name: "notes__echo", arguments: { text: "hi" } };

    for (const send of [modern, legacy]) {
      const request = send(token, "tools/call", params, { headers: PRIVATE });
      assert.equal((await answerIn(await world.send(request))).error, undefined);
    }

    const { requests } = upstream.journal;
    assert.ok(requests.length >= 2);
    for (const { headers, url, body } of requests) {
      const everything = `${url} ${JSON.stringify([...headers])} ${body}`;
      for (const value of [token, ...Object.values(PRIVATE)]) {
        assert.ok(!everything.includes(value), value);
      }
      assert.deepEqual([...headers.keys()].filter((name) => !ALLOWED.includes(name)), []);
      assert.equal(headers.get("x-injected"), "the-secret");
    }
  });
}

Deno.test("a header of the caller never takes the place of an injected one", async () => {
  await using upstream = startBothEras();
  await using world = await startWorld();
  await world.addServer("notes", upstream.url);
  await world.addSecret("notes", "X-Api-Key", "the-real-key");
  const { token } = await world.addToken();

  const params = { name: "notes__whoami", arguments: { headers: ["x-api-key", "authorization"] } };
  const request = modern(token, "tools/call", params, { headers: { "x-api-key": "mine" } });
  const { result } = await answerIn(await world.send(request));

  const { headers: sent } = upstream.journal.requests.at(-1) ?? {};
  assert.equal(sent?.get("x-api-key"), "the-real-key");
  const headers = { "x-api-key": "[redacted:X-Api-Key]", "authorization": null };
  assert.deepEqual(result.structuredContent.headers, headers);
});

Deno.test("a server's challenge and cookies stop at the gateway", async () => {
  await using upstream = startHostile({
    name: "asks for a login",
    answer: () =>
      new Response("Unauthorized", {
        status: 401,
        headers: { "www-authenticate": CHALLENGE.authenticate, "set-cookie": CHALLENGE.cookie },
      }),
  });
  await using world = await startWorld();
  await world.addServer("notes", upstream.url);
  const { token } = await world.addToken();

  for (const send of [modern, legacy]) {
    const response = await world.send(send(token, "tools/call", { name: "notes__echo" }));
    const headers = JSON.stringify([...response.headers]);
    const { error } = await answerIn(response);
    assert.equal(response.status, 200);
    assert.doesNotMatch(headers, /www-authenticate|set-cookie|s3cr3t/i);
    assert.match(error?.message ?? "", /Server "notes" refused the gateway's credentials/);
    assert.doesNotMatch(JSON.stringify(error), /login\.invalid|s3cr3t/);
  }
});

Deno.test("cookies of an answer that is good stop at the gateway and are not sent back", async () => {
  await using http = serveLocally(async (request) => {
    const { id } = await request.json();
    const result = { resultType: "complete", content: [], cookies: request.headers.get("cookie") };
    const headers = { "set-cookie": "a=b", "x-internal": "yes", "location": "https://x.example/" };
    return Response.json({ jsonrpc: "2.0", id, result }, { headers });
  });
  await using world = await startWorld();
  await world.addServer("notes", http.origin);
  const { token } = await world.addToken();

  for (let round = 0; round < 2; round++) {
    const response = await world.send(legacy(token, "tools/call", { name: "notes__echo" }));
    assert.deepEqual([...response.headers.keys()], ["content-type"]);
    await response.body?.cancel();
  }
});

for (const status of [301, 302, 307, 308] as const) {
  Deno.test(`a redirect to another origin is not followed: ${status}`, async () => {
    await using upstream = startRedirecting(status);
    await using world = await startWorld();
    await world.addServer("notes", upstream.url);
    await world.addSecret("notes", "X-Api-Key", "the-secret");
    await world.addSecret("notes", "KEY", "the-secret", { kind: "query", name: "key" });
    const { token } = await world.addToken();

    for (const send of [modern, legacy]) {
      const request = send(token, "tools/call", { name: "notes__echo" });
      const { error } = await answerIn(await world.send(request));
      assert.match(error?.message ?? "", /Server "notes" redirects to another origin/);
      assert.doesNotMatch(JSON.stringify(error), /the-secret/);
    }
    await answerIn(await world.send(modern(token, "tools/list")));

    assert.deepEqual(upstream.elsewhere.requests, []);
  });
}

Deno.test("a redirect within the server's origin is followed with its body and secrets", async () => {
  await using inner = startBothEras();
  const { origin } = new URL(inner.url);
  await using http = serveLocally(async (request) => {
    const url = new URL(request.url);
    if (url.pathname === "/old") {
      return new Response(null, { status: 308, headers: { location: "/mcp" } });
    }
    return await fetch(`${origin}/mcp${url.search}`, {
      method: request.method,
      headers: request.headers,
      body: await request.bytes(),
    });
  });
  await using world = await startWorld();
  await world.addServer("notes", `${http.origin}/old`);
  await world.addSecret("notes", "X-Api-Key", "in-the-header");
  await world.addSecret("notes", "KEY", "in-the-query", { kind: "query", name: "key" });
  const { token } = await world.addToken();

  const args = { headers: ["x-api-key"], query: ["key"] };
  const request = modern(token, "tools/call", { name: "notes__whoami", arguments: args });
  const { result } = await answerIn(await world.send(request));

  const sent = inner.journal.requests.at(-1);
  assert.equal(sent?.headers.get("x-api-key"), "in-the-header");
  assert.equal(new URL(sent?.url ?? "", origin).searchParams.get("key"), "in-the-query");
  assert.deepEqual(result.structuredContent, {
    headers: { "x-api-key": "[redacted:X-Api-Key]" },
    query: { key: "[redacted:KEY]" },
  });
});

Deno.test("a server that redirects in circles costs its own call only", async () => {
  let hops = 0;
  await using http = serveLocally(() => {
    hops++;
    return new Response(null, { status: 307, headers: { location: "/again" } });
  });
  await using world = await startWorld();
  await world.addServer("notes", http.origin);
  const { token } = await world.addToken();

  const request = modern(token, "tools/call", { name: "notes__echo" });
  const { error } = await answerIn(await world.send(request));

  assert.match(error?.message ?? "", /Server "notes" redirects more than 3 times/);
  assert.ok(hops <= 12, `${hops} requests`);
});

Deno.test("an event stream that names an endpoint on another origin gets no request there, and is let go", async () => {
  const elsewhere: string[] = [];
  await using foreign = serveLocally((request) => {
    elsewhere.push(request.url);
    return new Response(null, { status: 202 });
  });
  const closed = Promise.withResolvers<void>();
  await using http = serveLocally((request) => {
    if (request.method !== "GET") return new Response(null, { status: 405 });
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        const event = `event: endpoint\ndata: ${foreign.origin}/messages\n\n`;
        controller.enqueue(new TextEncoder().encode(event));
      },
      cancel: () => closed.resolve(),
    });
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  });
  await using world = await startWorld();
  await world.addServer("notes", `${http.origin}/sse`);
  await world.addSecret("notes", "X-Api-Key", "the-secret");
  const { token } = await world.addToken();

  const request = legacy(token, "tools/call", { name: "notes__echo" });
  const { error } = await answerIn(await world.send(request));

  assert.match(error?.message ?? "", /Server "notes" names an endpoint on another origin/);
  assert.deepEqual(elsewhere, []);
  await closed.promise;
});

Deno.test("a server at a private address is not called once private addresses are not allowed", async () => {
  await using upstream = startBothEras();
  await using file = await sharedFile();
  await using open = await startWorld({ store: await file.open() });
  await open.addServer("notes", upstream.url);
  const { token } = await open.addToken();
  await using strict = await open.another({ AEROSTACK_ALLOW_PRIVATE_UPSTREAMS: "0" });

  for (const send of [modern, legacy]) {
    const request = send(token, "tools/call", { name: "notes__echo" });
    const { error } = await answerIn(await strict.send(request));
    assert.match(
      error?.message ?? "",
      /Server "notes" cannot be called: "http:\/\/127\.0\.0\.1:\d+" is not https/,
    );
  }
  assert.deepEqual(upstream.journal.requests, []);
});
