import assert from "node:assert/strict";
import { eventually } from "../_support/eventually.ts";
import { startLegacySessions } from "../_support/legacy_upstreams.ts";
import { startModern } from "../_support/modern_upstreams.ts";
import { type RecordedSpan, recordSpans } from "../_support/recorded_spans.ts";
import { startTalkativeStreamable } from "../_support/session_upstreams.ts";
import { answerIn, beginSession, legacy, modern, StreamReader } from "../gateway/_requests.ts";
import { startWorld } from "../gateway/_world.ts";

function shown({ name, kind, error, isEnded }: RecordedSpan): string {
  return `${kind} ${name}${error === null ? "" : ` !${error}`}${isEnded ? "" : " …"}`;
}

Deno.test("a call that waits for its client ends its exchange with the server's answer", async () => {
  const telemetry = recordSpans();
  await using upstream = startTalkativeStreamable();
  await using world = await startWorld({ telemetry });
  await world.addServer("notes", upstream.url);
  const { token } = await world.addToken();
  const meta = { "io.modelcontextprotocol/clientCapabilities": { elicitation: { form: {} } } };
  const call = async (more: Record<string, unknown>) => {
    const params = { name: "notes__ask", arguments: {}, ...more };
    return await answerIn(await world.send(modern(token, "tools/call", params, { meta })));
  };

  const { result: { inputRequests, requestState } } = await call({});
  const waiting = telemetry.spans.filter(({ name }) => name.startsWith("tools/call")).map(shown);
  const [key] = Object.keys(inputRequests);
  const inputResponses = { [key]: { action: "accept", content: {} } };
  const { result } = await call({ requestState, inputResponses });

  assert.equal(result.isError, undefined);
  assert.deepEqual(waiting, ["server tools/call notes__ask", "client tools/call ask …"]);
  const [first, exchange, second] = telemetry.spans.filter(({ name }) =>
    name.startsWith("tools/call")
  );
  assert.deepEqual([first, exchange, second].map(shown), [
    "server tools/call notes__ask",
    "client tools/call ask",
    "server tools/call notes__ask",
  ]);
  assert.equal(exchange.parent, first);
  assert.deepEqual(
    [first, second].map(({ attributes }) => attributes["aerostack.outcome"]),
    ["input_required", "ok"],
  );
});

Deno.test("a call that is taken back ends its spans, and says so", async () => {
  const telemetry = recordSpans();
  await using upstream = startModern();
  await using world = await startWorld({ telemetry });
  await world.addServer("notes", upstream.url);
  const { token } = await world.addToken();
  const params = { name: "notes__wait", arguments: { key: "a" } };

  const response = await world.send(modern(token, "tools/call", params));
  await eventually("it runs", () => upstream.journal.waits.get("a") === "running");
  await response.body?.cancel();

  const calls = await eventually("both spans have ended", () => {
    const found = telemetry.spans.filter(({ name }) => name.startsWith("tools/call"));
    return found.length === 2 && found.every(({ isEnded }) => isEnded) && found;
  });
  assert.deepEqual(calls.map(shown), [
    "server tools/call notes__wait !cancelled",
    "client tools/call wait !cancelled",
  ]);
});

Deno.test("a server that is not there is a failed exchange in a failed call", async () => {
  const telemetry = recordSpans();
  await using world = await startWorld({ telemetry });
  await world.addServer("gone", "http://127.0.0.1:9/mcp");
  const { token } = await world.addToken();

  await answerIn(await world.send(modern(token, "tools/call", { name: "gone__echo" })));

  const call = telemetry.spans.find(({ kind }) => kind === "server");
  const exchange = telemetry.spans.find(({ parent }) => parent === call);
  assert.ok(call !== undefined && exchange !== undefined);
  assert.deepEqual([exchange.error, exchange.isEnded], ["upstream_failed", true]);
  assert.equal(call.error, "-32603");
  assert.equal(call.attributes["aerostack.reason"], "upstream_failed");
});

Deno.test("requests of a session say which by a name that opens nothing", async () => {
  const telemetry = recordSpans();
  await using upstream = startLegacySessions();
  await using world = await startWorld({ telemetry });
  await world.addServer("notes", upstream.url);
  const { token } = await world.addToken();
  const session = await beginSession(world.send, token);

  await answerIn(await world.send(legacy(token, "tools/list", {}, { session })));

  const [begun, list] = ["initialize", "tools/list"].map((name) =>
    telemetry.spans.find((one) => one.name === name && one.kind === "server")
  );
  const name = list?.attributes["mcp.session.id"];
  assert.ok(typeof name === "string" && name.length > 10 && !session.includes(name));
  assert.equal(begun?.attributes["mcp.session.id"], name);
  assert.equal(list?.attributes["mcp.protocol.version"], "2025-11-25");
});

Deno.test("what looks like a secret in a name is on no span", async () => {
  const telemetry = recordSpans();
  await using upstream = startModern();
  await using world = await startWorld({ telemetry });
  await world.addServer("notes", upstream.url);
  const { token } = await world.addToken();
  const secret = "SECRET-1234567890";
  const text = `notes__echo?api_key=${secret}`;

  await world.send(modern(token, "tools/call", { name: text }, { id: `token=${secret}` }));
  await world.send(modern(token, "prompts/get", { name: text }));
  await world.send(modern(token, `method?password=${secret}`));

  assert.ok(
    telemetry.spans.some(({ name }) => name === "tools/call notes__echo?api_key=[redacted]"),
  );
  for (const { name, attributes } of telemetry.spans) {
    assert.ok(!JSON.stringify({ name, attributes }).includes(secret), name);
  }
});

Deno.test("what a stranger chooses is cut, and keys in URIs are left out", async () => {
  const telemetry = recordSpans();
  await using upstream = startModern();
  await using world = await startWorld({ telemetry });
  await world.addServer("notes", upstream.url);
  const { token } = await world.addToken();
  const uri = "https://user:key-1@files.test/plan.md?token=key-2#key-3";
  const long = "x".repeat(500);

  await world.send(
    modern(token, "resources/read", { uri }, { id: long, headers: { "mcp-name": uri } }),
  );
  await world.send(modern(token, "tools/call", { name: long }));
  await world.send(modern(token, `what/${long}`));

  const [read, call, unknown] = telemetry.spans.filter(({ kind }) => kind === "server");
  assert.equal(read.attributes["mcp.resource.uri"], "https://files.test/plan.md");
  assert.equal(read.attributes["jsonrpc.request.id"], "x".repeat(200));
  assert.equal(call.attributes["gen_ai.tool.name"], "x".repeat(200));
  assert.deepEqual([read, call, unknown].map(({ name }) => name), [
    "resources/read",
    "tools/call",
    "_OTHER",
  ]);
  assert.equal(String(unknown.attributes["mcp.method.name"]).length, 200);
});

Deno.test("a subscription is no span: it would end when its client leaves", async () => {
  const telemetry = recordSpans();
  await using world = await startWorld({ telemetry });
  const { token } = await world.addToken();

  await using upstream = startModern();
  await world.addServer("notes", upstream.url);
  const params = { notifications: { toolsListChanged: true } };
  const response = await world.send(modern(token, "subscriptions/listen", params));
  {
    await using stream = new StreamReader(response);
    await stream.until(/acknowledged/);
  }
  const active = world.services.metrics.all.find(({ name }) =>
    name === "aerostack.requests.active"
  );
  await eventually("it is over", () => JSON.stringify(active?.read()).includes('"value":0'));

  const served = telemetry.spans.filter(({ kind }) => kind === "server");
  assert.deepEqual(served.map(shown), []);
});

Deno.test("a session with a server is counted when it is over, with the bounds of MCP", async () => {
  await using upstream = startLegacySessions();
  let read: () => readonly unknown[] = () => [];
  {
    await using world = await startWorld();
    await world.addServer("notes", upstream.url);
    const { token } = await world.addToken();
    const sessions = world.services.metrics.all.find(({ name }) => {
      return name === "mcp.client.session.duration";
    });
    assert.ok(sessions?.kind === "histogram");
    read = () => sessions.read().map(({ labels, count }) => [labels, count]);

    const params = { name: "notes__echo", arguments: { text: "x" } };
    await answerIn(await world.send(modern(token, "tools/call", params)));
    assert.deepEqual(read(), []);
  }
  assert.deepEqual(read(), [[{ "aerostack.server": "notes" }, 1]]);
});
