import assert from "node:assert/strict";
import { z } from "zod";
import type { Call } from "../../core/calls/call.ts";
import { OTLP_LOGS } from "../../core/sinks/otlp_logs.ts";
import { newWorkspaceId } from "../../core/ids.ts";
import { someCall } from "../calls/_support.ts";
import { sinkWorld, startReceiver } from "./_support.ts";

/** Unsigned 64 bits, which the JSON of OTLP has as a decimal text. */
const Fixed64 = z.string().regex(/^[0-9]{1,20}$/);

const Attribute = z.strictObject({
  key: z.string().min(1),
  value: z.union([
    z.strictObject({ stringValue: z.string() }),
    z.strictObject({ intValue: z.string().regex(/^-?[0-9]+$/) }),
    z.strictObject({ doubleValue: z.number() }),
  ]),
});
const Attributes = z.array(Attribute).refine((list) =>
  new Set(list.map(({ key }) => key)).size === list.length
);

/** `ExportLogsServiceRequest`, with the fields that the protocol has and no others. */
const LogsRequest = z.strictObject({
  resourceLogs: z.array(z.strictObject({
    resource: z.strictObject({ attributes: Attributes }),
    scopeLogs: z.array(z.strictObject({
      scope: z.strictObject({ name: z.string(), version: z.string() }),
      logRecords: z.array(z.strictObject({
        timeUnixNano: Fixed64,
        observedTimeUnixNano: Fixed64,
        severityNumber: z.int().min(1).max(24),
        severityText: z.string(),
        eventName: z.string(),
        body: z.strictObject({ stringValue: z.string() }),
        attributes: Attributes.optional(),
      })).min(1),
    })).length(1),
  })).length(1),
});

/** The only record of a body, with its attributes as an object. */
function recordOf(call: Partial<Call>) {
  const workspaceId = newWorkspaceId();
  const record = { id: "00000000000000000001-7", workspaceId, workspace: "engineering" };
  const text = OTLP_LOGS.body([
    OTLP_LOGS.encode({ type: "call", ...record, call: someCall(call) }),
  ]);
  const [{ scopeLogs: [{ logRecords: [parsed] }] }] = LogsRequest.parse(JSON.parse(text))
    .resourceLogs;
  const attributes = Object.fromEntries(
    (parsed.attributes ?? []).map(({ key, value }) => [key, Object.values(value)[0]]),
  );
  return { ...parsed, attributes, workspaceId };
}

Deno.test("a sink of OTLP gets requests of the protocol, in the order of the log", async () => {
  await using receiver = startReceiver();
  await using world = await sinkWorld();
  await world.add({ kind: "otlp", url: new URL("/", receiver.url).href, from: "beginning" });

  await world.record(1_200);
  await world.send();

  const uids = receiver.delivered.flatMap(({ text }) => {
    const [{ resource, scopeLogs: [{ logRecords }] }] = LogsRequest.parse(JSON.parse(text))
      .resourceLogs;
    assert.deepEqual(resource.attributes[0], {
      key: "service.name",
      value: { stringValue: "aerostack-gateway" },
    });
    assert.ok(text.length <= 1024 * 1024 + 1_000);
    return logRecords.map(({ attributes = [] }) =>
      Object(attributes.find(({ key }) => key === "log.record.uid")?.value).stringValue
    );
  });
  const logged = await world.logged();
  assert.deepEqual(uids, logged.map((line) => Object(line).id));
  assert.equal(receiver.delivered[0].path, "/v1/logs");
  assert.equal(receiver.delivered[0].headers.get("content-type"), "application/json");
});

Deno.test("a call is a record of OTLP under the names of the semantic conventions", () => {
  const { attributes, workspaceId, ...record } = recordOf({
    at: "2026-11-22T12:00:00.123Z",
    email: "alice@example.com",
    outcome: "tool_error",
    reason: "tool_error",
    durationMs: 12.25,
  });

  assert.equal(record.timeUnixNano, "1795348800123000000");
  assert.equal(record.observedTimeUnixNano, "1795348800135250000");
  assert.equal(record.eventName, "aerostack.call");
  assert.deepEqual([record.severityNumber, record.severityText], [13, "WARN"]);
  assert.equal(
    record.body.stringValue,
    "Alice Chen: tools/call search of internal-api: tool_error",
  );
  const { "aerostack.server.id": serverId, "aerostack.token.id": tokenId, ...others } = attributes;
  assert.match(String(serverId), /^srv_/);
  assert.match(String(tokenId), /^tok_/);
  assert.deepEqual(others, {
    "log.record.uid": "00000000000000000001-7",
    "user.email": "alice@example.com",
    "user.full_name": "Alice Chen",
    "mcp.method.name": "tools/call",
    "gen_ai.operation.name": "execute_tool",
    "gen_ai.tool.name": "search",
    "error.type": "tool_error",
    "aerostack.workspace.id": workspaceId,
    "aerostack.workspace.slug": "engineering",
    "aerostack.server.slug": "internal-api",
    "aerostack.call.method": "tools/call",
    "aerostack.call.outcome": "tool_error",
    "aerostack.call.era": "modern",
    "aerostack.call.request.size": "210",
    "aerostack.call.response.size": "1024",
    "aerostack.call.duration_ms": 12.25,
  });
});

Deno.test("what is no call of a tool has the names that fit it, and what is unknown is left out", () => {
  const prompt = recordOf({ method: "prompts/get", tool: "greet" }).attributes;
  const resource = recordOf({ method: "resources/read", tool: "file:///a" }).attributes;
  const refused = recordOf({
    method: "authenticate",
    tool: "",
    server: null,
    serverId: null,
    era: null,
    outcome: "refused",
    reason: "token_revoked",
  });

  assert.equal(prompt["gen_ai.prompt.name"], "greet");
  assert.equal(prompt["error.type"], undefined);
  assert.equal(resource["mcp.resource.uri"], "file:///a");
  assert.equal(resource["gen_ai.tool.name"], undefined);
  assert.equal(refused.body.stringValue, "Alice Chen: authenticate: refused (token_revoked)");
  assert.equal(refused.attributes["error.type"], "token_revoked");
  for (const name of ["mcp.method.name", "aerostack.server.slug", "aerostack.call.era"]) {
    assert.equal(refused.attributes[name], undefined, name);
  }
});

Deno.test("records that a receiver of OTLP rejects are counted, and not sent again", async () => {
  await using receiver = startReceiver();
  const partial = { rejectedLogRecords: "2", errorMessage: "repeated nowhere" };
  receiver.answer = () => Response.json({ partialSuccess: partial });
  await using world = await sinkWorld();
  const sink = await world.add({ kind: "otlp", url: receiver.url });

  await world.record(5);
  await world.send();
  receiver.answer = () => new Response("no JSON at all");
  await world.record(1);
  await world.send();

  const { status, sentRecords, rejectedRecords } = await world.view(sink);
  assert.deepEqual([status, sentRecords, rejectedRecords], ["caught_up", 6, 2]);
  assert.equal(receiver.delivered.length, 2);
});
