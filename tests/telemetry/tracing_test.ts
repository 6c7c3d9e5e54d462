import assert from "node:assert/strict";
import { eventually } from "../_support/eventually.ts";
import {
  type CollectedSpan,
  type OtelCollector,
  startCollector,
} from "../_support/otel_collector.ts";
import { ADMIN_TOKEN, startGateway } from "../_support/gateway.ts";
import { parsePrometheusText } from "../_support/prometheus_text.ts";
import { askModern } from "../_support/raw_mcp.ts";
import { callTool, HEADER_KEY, KINDS, QUERY_KEY, tracedWorld } from "./_traced.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const PARENT = "b7ad6b7169203331";
const TRACEPARENT = `00-${TRACE}-${PARENT}-01`;
const HEADER_TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const HEADER_TRACEPARENT = `00-${HEADER_TRACE}-00f067aa0ba902b7-01`;
const SCOPE = "aerostack-gateway";
const [SERVER, CLIENT, ERROR] = [2, 3, 2];

/** The span of the gateway itself that this holds for, as soon as it was exported. */
function own(
  { spans }: OtelCollector,
  what: string,
  holds: (span: CollectedSpan) => boolean,
): Promise<CollectedSpan> {
  return eventually(what, () => spans.find((span) => span.scope === SCOPE && holds(span)));
}

Deno.test("a call is one span with its exchange inside, in the trace that the message names", async (t) => {
  await using world = await tracedWorld("on");
  const { collector, servers, target } = world;

  for (const kind of KINDS) {
    await t.step(`at a server that is ${kind}`, async () => {
      const name = `${kind}__echo`;
      const answer = await callTool(target, name, {
        id: `call-${kind}`,
        args: { text: "argument-3e1b" },
        meta: { traceparent: TRACEPARENT, tracestate: "rojo=1,congo=2", baggage: "a=b", "x/y": 7 },
        headers: { traceparent: HEADER_TRACEPARENT, tracestate: "other=1", baggage: "user=alice" },
      });
      assert.equal(answer.result?.content?.[0]?.text, "argument-3e1b", JSON.stringify(answer));

      const server = await own(collector, "the call", (one) => one.name === `tools/call ${name}`);
      const client = await own(collector, "the exchange", (one) => {
        return one.kind === CLIENT && one.parentSpanId === server.spanId &&
          one.name !== "tools/list";
      });
      assert.equal(server.kind, SERVER);
      assert.deepEqual([server.traceId, server.parentSpanId], [TRACE, PARENT]);
      assert.deepEqual(server.links.map(({ traceId }) => traceId), [HEADER_TRACE]);
      assert.equal(client.name, "tools/call echo");
      assert.equal(client.traceId, TRACE);
      assert.ok(BigInt(client.startTimeUnixNano) >= BigInt(server.startTimeUnixNano));
      assert.ok(BigInt(client.endTimeUnixNano) <= BigInt(server.endTimeUnixNano));

      const { "aerostack.member": member, ...attributes } = server.attributes;
      assert.match(String(member), /^tok_/);
      assert.deepEqual(attributes, {
        "mcp.method.name": "tools/call",
        "mcp.protocol.version": "2026-07-28",
        "jsonrpc.request.id": `call-${kind}`,
        "network.transport": "tcp",
        "network.protocol.name": "http",
        "aerostack.workspace": "team",
        "aerostack.server": kind,
        "aerostack.outcome": "ok",
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": name,
      });
      const { hostname, port } = new URL(servers[kind].url);
      assert.deepEqual(client.attributes, {
        "mcp.method.name": "tools/call",
        "aerostack.server": kind,
        "network.transport": "tcp",
        "network.protocol.name": "http",
        "server.address": hostname,
        "server.port": Number(port),
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": "echo",
        ...kind === "modern" ? { "jsonrpc.request.id": `call-${kind}` } : {},
      });

      const [request] = servers[kind].journal.withRpcMethod("tools/call");
      const { _meta: meta } = JSON.parse(request.body).params;
      assert.equal(meta.traceparent, `00-${TRACE}-${client.spanId}-01`);
      assert.equal(meta.tracestate, "rojo=1,congo=2");
      assert.deepEqual([meta.baggage, meta["x/y"]], ["a=b", 7]);
      const header = request.headers.get("traceparent")?.split("-") ?? [];
      const http = await eventually(
        "the HTTP request's own span",
        () => collector.spans.find((one) => one.scope === "deno" && one.spanId === header[2]),
      );
      assert.deepEqual([http.traceId, http.parentSpanId], [TRACE, client.spanId]);
      assert.equal(request.headers.get("tracestate"), "rojo=1,congo=2");
      assert.equal(request.headers.get("baggage"), null);
    });
  }

  await t.step("without a name in the message it continues the header's trace", async () => {
    await callTool(target, "modern__echo", {
      id: "by-header",
      args: { text: "x" },
      meta: { traceparent: "00-not-a-trace-01", tracestate: "rojo=1" },
      headers: { traceparent: HEADER_TRACEPARENT, tracestate: "other=1" },
    });

    const server = await own(collector, "the call", (one) => {
      return one.kind === SERVER && one.attributes["jsonrpc.request.id"] === "by-header";
    });
    const transport = await eventually(
      "the HTTP request's own span",
      () => collector.spans.find((one) => one.spanId === server.parentSpanId),
    );
    assert.deepEqual([server.traceId, server.links], [HEADER_TRACE, []]);
    assert.deepEqual([transport.scope, transport.parentSpanId], ["deno", "00f067aa0ba902b7"]);
    const request = servers.modern.journal.withRpcMethod("tools/call").at(-1);
    const { _meta: meta } = JSON.parse(request?.body ?? "").params;
    assert.equal(meta.traceparent.split("-")[1], HEADER_TRACE);
    assert.equal(meta.tracestate, "other=1");
    assert.equal(request?.headers.get("tracestate"), "other=1");
  });

  await t.step(
    "a server that may have the caller's headers gets one trace, and its baggage",
    async () => {
      const forwardHeaders = ["traceparent", "tracestate", "baggage", "x-request-id"];
      await world.gateway.admin.send("PATCH", "/servers/modern", { forwardHeaders });
      await callTool(target, "modern__echo", {
        args: { text: "x" },
        headers: {
          traceparent: HEADER_TRACEPARENT,
          tracestate: "other=1",
          baggage: "user=alice",
          "x-request-id": "r-1",
        },
      });

      const headers = servers.modern.journal.withRpcMethod("tools/call").at(-1)?.headers;
      assert.match(
        headers?.get("traceparent") ?? "",
        new RegExp(`^00-${HEADER_TRACE}-[0-9a-f]{16}-01$`),
      );
      assert.equal(headers?.get("tracestate"), "other=1");
      assert.equal(headers?.get("baggage"), "user=alice");
      assert.equal(headers?.get("x-request-id"), "r-1");

      await callTool(target, "modern__echo", {
        args: { text: "x" },
        meta: { traceparent: TRACEPARENT },
        headers: { traceparent: HEADER_TRACEPARENT, tracestate: "other=1" },
      });
      const named = servers.modern.journal.withRpcMethod("tools/call").at(-1)?.headers;
      assert.equal(named?.get("traceparent")?.split("-")[1], TRACE);
      assert.equal(named?.get("tracestate"), null);
    },
  );

  await t.step("what fails is an error, and a name that nobody has names no span", async () => {
    await callTool(target, "modern__fail", { id: "fails" });
    await callTool(target, "modern__boom", { id: "booms" });
    await callTool(target, "nowhere__x-41d9", { id: "nowhere" });

    const ended = (id: string) =>
      own(collector, id, (one) => {
        return one.kind === SERVER && one.attributes["jsonrpc.request.id"] === id;
      });
    const [fails, booms, nowhere] = [
      await ended("fails"),
      await ended("booms"),
      await ended("nowhere"),
    ];
    assert.deepEqual(
      [fails, booms, nowhere].map(({ name, status: { code }, attributes }) => [
        name,
        code,
        attributes["error.type"],
        attributes["aerostack.outcome"],
        attributes["aerostack.reason"],
        attributes["rpc.response.status_code"],
      ]),
      [
        ["tools/call modern__fail", ERROR, "tool_error", "tool_error", "tool_error", undefined],
        ["tools/call modern__boom", ERROR, "-32050", "protocol_error", "server_error", "-32050"],
        ["tools/call", ERROR, "-32602", "refused", "hidden_or_unknown", "-32602"],
      ],
    );
    assert.equal(booms.status.message ?? "", "");
    const inner = await own(collector, "the exchange", (one) => one.parentSpanId === booms.spanId);
    assert.deepEqual([inner.status.code, inner.attributes["error.type"]], [ERROR, "-32050"]);
  });

  await t.step("a server that cannot be reached is an error that says no address", async () => {
    const { admin } = world.gateway;
    await admin.addServer("gone", "http://127.0.0.1:9/mcp");
    await admin.setSecret("gone", "KEY", QUERY_KEY, [
      { kind: "query", name: "key", template: "{{value}}" },
    ]);
    await admin.install("gone", "team");

    await callTool(target, "gone__echo", { id: "gone" });

    const call = await own(collector, "the call", (one) => {
      return one.attributes["jsonrpc.request.id"] === "gone";
    });
    const fetched = await eventually(
      "the HTTP request's own span",
      () =>
        collector.spans.find(({ scope, kind, status, traceId }) =>
          scope === "deno" && kind === CLIENT && status.code === ERROR && traceId === call.traceId
        ),
    );
    assert.equal(fetched.status.message ?? "", "");
  });

  await t.step("a merged list is one span with one exchange for each server", async () => {
    const { message } = await askModern(target, "prompts/list", {}, { id: "merged" });
    assert.ok(message?.result);

    const list = await own(collector, "the list", (one) => {
      return one.kind === SERVER && one.name === "prompts/list";
    });
    const inside = await eventually("an exchange with each", () => {
      const found = collector.spans.filter((one) => one.parentSpanId === list.spanId);
      return found.length === KINDS.length + 1 && found;
    });
    assert.deepEqual(
      inside.map(({ attributes }) => attributes["aerostack.server"]).sort(),
      [...KINDS, "gone"].sort(),
    );
  });

  await t.step("metrics count by method, server and outcome, with the bounds of MCP", async () => {
    const point = await eventually(
      "the calls that were counted",
      () =>
        collector.points().find(({ metric, attributes, value }) =>
          metric === "mcp.server.operation.duration" && value >= 2 &&
          attributes["aerostack.server"] === "modern" && attributes["aerostack.outcome"] === "ok"
        ),
    );
    assert.equal(point.unit, "s");
    assert.deepEqual(point.bounds, [
      0.01,
      0.02,
      0.05,
      0.1,
      0.2,
      0.5,
      1,
      2,
      5,
      10,
      30,
      60,
      120,
      300,
    ]);
    assert.deepEqual(Object.keys(point.attributes).sort(), [
      "aerostack.outcome",
      "aerostack.server",
      "mcp.method.name",
    ]);
    await eventually("a gauge and a counter", () => {
      const names = collector.points().map(({ metric }) => metric);
      return names.includes("aerostack.call_log.waiting") &&
        names.includes("aerostack.call_log.commits") &&
        names.includes("mcp.client.operation.duration");
    });
  });

  await t.step("Prometheus finds the same counts, and what the system says", async () => {
    const response = await fetch(`${world.gateway.origin}/metrics`, {
      headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
    });
    const families = parsePrometheusText(await response.text());
    const calls = families.get("mcp_server_operation_duration_seconds")?.samples.filter((one) =>
      one.name.endsWith("_count") && one.labels.mcp_method_name === "tools/call"
    );
    const counts = calls?.map(({ labels, value }) => {
      return `${labels.aerostack_server ?? "-"} ${labels.aerostack_outcome} ${value}`;
    });
    assert.deepEqual(counts?.toSorted(), [
      "- refused 1",
      "gone upstream_failure 1",
      "modern ok 4",
      "modern protocol_error 1",
      "modern tool_error 1",
      "sse ok 1",
      "streamable ok 1",
    ]);
    const memory = families.get("process_resident_memory_bytes")?.samples[0].value ?? 0;
    assert.ok(memory > 1e6);
  });

  await t.step("no key, token, link, argument or result is in what was exported", async () => {
    const { origin, process } = world.gateway;
    const before = collector.spans.length;
    const link = /auth\/link\/(\S+)/.exec(process.lines.join("\n"))?.[1] ?? "none was printed";
    assert.equal((await (await fetch(`${origin}/auth/link/${link}`)).text()).length > 0, true);
    await (await fetch(`${origin}/healthz?marks=the-end`)).body?.cancel();
    await eventually("the spans of both pages", () => collector.spans.length >= before + 2);

    assert.ok(collector.bodies.length > 5);
    const all = collector.bodies.join("\n");
    const secrets = [QUERY_KEY, HEADER_KEY, target.token, link, "argument-3e1b", "boiler", "alice"];
    for (const secret of secrets) {
      assert.ok(!all.includes(secret), `"${secret}" was exported`);
    }
  });
});

Deno.test("with telemetry off nothing is exported, and what names a trace passes as it is", async () => {
  await using world = await tracedWorld("off");
  const { collector, servers, target } = world;
  const meta = { traceparent: "00-not-a-trace-01", tracestate: " a = b ", baggage: "a=b" };

  for (const kind of KINDS) {
    await callTool(target, `${kind}__echo`, {
      args: { text: "x" },
      meta,
      headers: { traceparent: HEADER_TRACEPARENT, tracestate: "other=1" },
    });

    const [request] = servers[kind].journal.withRpcMethod("tools/call");
    const { traceparent, tracestate, baggage } = JSON.parse(request.body).params._meta;
    assert.deepEqual({ traceparent, tracestate, baggage }, meta);
    assert.equal(request.headers.get("traceparent"), null);
    assert.equal(request.headers.get("tracestate"), null);
  }
  assert.deepEqual(collector.bodies, []);
});

Deno.test("where traces are not to be carried on, spans are made and no request is touched", async () => {
  await using world = await tracedWorld("on", { OTEL_PROPAGATORS: "none" });
  const { collector, gateway, servers, target } = world;
  const forwardHeaders = ["traceparent"];
  await gateway.admin.send("PATCH", "/servers/modern", { forwardHeaders });
  const meta = { traceparent: TRACEPARENT, tracestate: "rojo=1" };

  await callTool(target, "modern__echo", {
    args: { text: "x" },
    meta,
    headers: { traceparent: HEADER_TRACEPARENT },
  });

  const server = await own(collector, "the call", (one) => one.name === "tools/call modern__echo");
  assert.ok(![TRACE, HEADER_TRACE].includes(server.traceId));
  const [request] = servers.modern.journal.withRpcMethod("tools/call");
  const { traceparent, tracestate } = JSON.parse(request.body).params._meta;
  assert.deepEqual({ traceparent, tracestate }, meta);
  assert.equal(request.headers.get("traceparent"), HEADER_TRACEPARENT);
});

Deno.test("OTEL_DENO=1 is on, too, and the process ends as any other", async () => {
  await using collector = startCollector();
  await using gateway = await startGateway({
    env: { ...collector.env, OTEL_DENO: "1", OTEL_DENO_METRICS: "false" },
  });

  await (await fetch(`${gateway.origin}/healthz`)).body?.cancel();
  await eventually("a span of the request", () => collector.spans.length > 0);

  Deno.kill(gateway.process.pid, "SIGTERM");
  assert.equal(await gateway.process.exited, 0);
  await assert.rejects(fetch(`${gateway.origin}/healthz`));
});
