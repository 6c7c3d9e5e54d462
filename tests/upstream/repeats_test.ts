import assert from "node:assert/strict";
import type { Fetch } from "../../core/upstream/upstream.ts";
import { startLegacySessions, startLegacySse } from "../_support/legacy_upstreams.ts";
import { startBothEras } from "../_support/modern_upstreams.ts";
import { callerOf, failureOf, startBench, targetAt, toolCall } from "./_connector.ts";
import { openRelay, type Relay } from "./_relay.ts";
import { ok, type Script, startScripted } from "./_scripted.ts";

/** A port of loopback where nothing listens. */
function deadPort(): number {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  listener.close();
  return listener.addr.port;
}

/** A `fetch` whose first requests find nobody at their address. */
function refusedAtFirst(times: number): Fetch {
  let refused = 0;
  return (input, init) => {
    if (refused++ >= times) return fetch(input, init);
    return fetch(`http://127.0.0.1:${deadPort()}/mcp`, init);
  };
}

/** Cuts the connection in the place of the first answers. */
function losing(times: number, relay: Relay): Script {
  let lost = 0;
  return (request, response) => {
    if (lost++ >= times) return ok(request, response);
    relay.cut();
  };
}

Deno.test("a call whose connection was refused is made once more", async () => {
  for (const start of [startBothEras, startLegacySessions, startLegacySse]) {
    await using server = await start();
    await using bench = await startBench({ fetch: refusedAtFirst(1) });

    const caller = callerOf("legacy");
    const call = toolCall(targetAt(server.url), "echo", { caller, args: { text: "hi" } });
    const { response } = await bench.connector.request(call);

    assert.ok(response.result, start.name);
  }
});

Deno.test("a server that refuses connections again is not tried a third time", async () => {
  let attempts = 0;
  await using bench = await startBench({
    fetch: (input, init) => {
      attempts++;
      return fetch(input, init);
    },
  });
  const target = targetAt(`http://127.0.0.1:${deadPort()}/mcp`, { protocol: "2026-07-28" });

  const { message } = await failureOf(bench.connector.request(toolCall(target, "echo")));

  assert.match(message, /refused the connection/);
  assert.equal(attempts, 2);
});

Deno.test("a call whose answer was lost is not made again: it may have done what it was asked", async () => {
  await using server = await startScripted();
  await using relay = openRelay(server.url);
  await using bench = await startBench();
  server.script = losing(1, relay);

  const call = toolCall(targetAt(relay.url), "echo");
  const { message } = await failureOf(bench.connector.request(call));

  assert.match(message, /closed the connection/);
  assert.equal(server.requests.length, 1);
});

Deno.test("a repeatable call whose answer was lost is made once more, and no third time", async () => {
  await using server = await startScripted();
  await using relay = openRelay(server.url);
  await using bench = await startBench();
  const target = targetAt(relay.url);
  const call = () => bench.connector.request(toolCall(target, "echo", { isRepeatable: true }));

  server.script = losing(1, relay);
  assert.ok((await call()).response.result);
  server.script = losing(2, relay);
  await failureOf(call());

  assert.equal(server.requests.length, 4);
});

Deno.test("a repeatable call whose answer broke off is made once more", async () => {
  await using server = await startScripted();
  await using relay = openRelay(server.url);
  await using bench = await startBench();
  const types = ["application/json", "text/event-stream"];

  for (const type of types) {
    let isFirst = true;
    server.script = (request, response) => {
      if (!isFirst) return ok(request, response);
      isFirst = false;
      response.writeHead(200, { "content-type": type });
      relay.cutInAnswer();
      response.write(": ");
    };
    const call = toolCall(targetAt(relay.url), "echo", { isRepeatable: true });
    assert.ok((await bench.connector.request(call)).response.result, type);
  }
});

Deno.test("an answer of the server's own is never asked for again, however bad it is", async () => {
  const bad: Script[] = [
    (_request, response) => void response.writeHead(500).end(),
    (_request, response) => void response.writeHead(200).end("what?"),
    (_request, response) => void response.writeHead(401).end(),
  ];
  await using server = await startScripted();
  await using bench = await startBench();

  for (const script of bad) {
    server.script = script;
    const call = toolCall(targetAt(server.url), "echo", { isRepeatable: true });
    await failureOf(bench.connector.request(call));
  }

  assert.equal(server.requests.length, bad.length);
});
