import assert from "node:assert/strict";
import type { ClientTarget } from "../_support/client.ts";
import { openWorkspace, type RunningGateway, startGateway } from "../_support/gateway.ts";
import { askLegacy, askModern, beginSession, type RawAnswer } from "../_support/raw_mcp.ts";
import { startVerbatim, type Verbatim } from "../_support/verbatim_upstream.ts";

// What the gateway does not understand is not its business: it arrives as it was sent.

const OPTIONS = { sanitizeOps: false, sanitizeResources: false };

const STRANGE_RESULT = `{
  "content": [
    { "type": "text", "text": "line\\u2028\\ud83d\\ude00 \\u0000 é", "x-unknown": [1, null] },
    { "type": "hologram", "voxels": { "deep": [[[{}]]] }, "annotations": { "mood": "blue" } },
    { "type": "audio", "data": "AAAA", "mimeType": "audio/x-new", "_meta": { "a/b": 1 } }
  ],
  "structuredContent": { "id": 12345678901234567890, "small": 1e-400, "__proto__": "kept" },
  "isError": false,
  "resultKind": "new in 2031",
  "_meta": { "example.com/trace": { "spans": [1.0, 2.50] } }
}`;

const STRANGE_TOOLS = `{
  "tools": [{
    "name": "strange",
    "title": "Strange",
    "description": "Has all that a tool may have one day.",
    "inputSchema": {
      "type": "object",
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "properties": { "a": { "$ref": "#/$defs/a" } },
      "$defs": { "a": { "oneOf": [{ "const": 9007199254740993 }, { "type": "null" }] } }
    },
    "icons": [{ "src": "https://example.com/i.svg", "sizes": ["any"], "theme": "dark", "x": 1 }],
    "annotations": { "readOnlyHint": true, "futureHint": "yes" },
    "execution": { "taskSupport": "optional", "priority": 3 },
    "_meta": { "ui/visibility": ["model", "app"] },
    "unknown": { "kept": true }
  }]
}`;

const LIST_EXTRAS = ["resultType", "ttlMs", "cacheScope", "_meta"];

interface Asking {
  era: Verbatim["era"];
  ask(target: ClientTarget, method: string, params: object): Promise<RawAnswer>;
}

const CLIENTS: readonly Asking[] = [
  { era: "modern", ask: (target, method, params) => askModern(target, method, { ...params }) },
  {
    era: "legacy",
    ask: async (target, method, params) =>
      await askLegacy(target, await beginSession(target), method, { ...params }),
  },
];

for (const era of ["modern", "legacy"] as const) {
  for (const streams of [false, true]) {
    const how = `a ${era} server that answers ${streams ? "in a stream" : "with JSON"}`;
    Deno.test(`what is unknown arrives from ${how}`, OPTIONS, async (t) => {
      await using gateway = await startGateway();
      await using server = startVerbatim({ era, streams, results: resultsOf(era) });
      const { token } = await openWorkspace(gateway, { files: server });

      for (const client of CLIENTS) {
        for (const plain of [false, true]) {
          const target = { url: endpoint(gateway, plain), token };
          const name = `at a ${client.era} client ${
            plain ? "under its own name" : "with a prefix"
          }`;
          await t.step(name, () => assertArrives(client, target, plain ? "" : "files__"));
        }
      }
    });
  }
}

Deno.test("a schema that is no object reaches clients of its era alone", OPTIONS, async () => {
  await using gateway = await startGateway();
  const listed = '{"name":"list","inputSchema":{"type":"object"},"outputSchema":{"type":"array"}}';
  const results = {
    "tools/list": modern(`{"tools":[${listed}],"ttlMs":0,"cacheScope":"private"}`),
    "tools/call": modern('{"content":[],"structuredContent":[1,{"two":2},null]}'),
  };
  await using server = startVerbatim({ era: "modern", streams: false, results });
  const { token } = await openWorkspace(gateway, { files: server });
  const target = { url: endpoint(gateway, false), token };
  const session = await beginSession(target);
  const call = { name: "files__list", arguments: {} };

  const tools = toolsIn(await askModern(target, "tools/list"));
  const called = await askModern(target, "tools/call", call);
  const oldTools = toolsIn(await askLegacy(target, session, "tools/list"));
  const oldCalled = await askLegacy(target, session, "tools/call", call);

  assert.deepEqual(tools[0]?.outputSchema, { type: "array" });
  assert.deepEqual(called.message?.result?.structuredContent, [1, { two: 2 }, null]);
  assert.ok(oldTools[0] !== undefined && !("outputSchema" in oldTools[0]));
  assert.ok(oldCalled.message?.result && !("structuredContent" in oldCalled.message.result));
});

async function assertArrives(
  { ask }: Asking,
  target: ClientTarget,
  prefix: string,
): Promise<void> {
  const listed = await ask(target, "tools/list", {});
  const called = await ask(target, "tools/call", { name: `${prefix}strange`, arguments: {} });

  const [expected] = JSON.parse(STRANGE_TOOLS).tools;
  assert.deepEqual(toolsIn(listed), [{ ...expected, name: `${prefix}strange` }]);
  assert.match(listed.text, /9007199254740993/, "a number beyond what JavaScript holds");

  const result = { ...called.message?.result };
  for (const name of LIST_EXTRAS) if (name !== "_meta") delete result[name];
  assert.deepEqual(withoutServerInfo(result), JSON.parse(STRANGE_RESULT));
  assert.match(called.text, /12345678901234567890/);
  assert.match(called.text, /1e-400/);
  assert.match(called.text, /"__proto__": ?"kept"/);
}

function resultsOf(era: Verbatim["era"]): Record<string, string> {
  const list = oneLine(STRANGE_TOOLS);
  const call = oneLine(STRANGE_RESULT);
  if (era === "legacy") return { "tools/list": list, "tools/call": call };
  const cacheable = list.replace(/\}$/, ',"ttlMs":1000,"cacheScope":"private"}');
  return { "tools/list": modern(cacheable), "tools/call": modern(call) };
}

function modern(result: string): string {
  return result.replace(/^\{/, '{"resultType":"complete",');
}

/** Without line breaks, which an event cannot have. */
function oneLine(text: string): string {
  return text.replaceAll("\n", "");
}

function toolsIn({ message }: RawAnswer): Record<string, unknown>[] {
  return message?.result?.tools ?? [];
}

/** A modern answer may name its server; that is the gateway's to say. */
function withoutServerInfo({ _meta, ...result }: Record<string, unknown>) {
  const meta = { ..._meta as object, "io.modelcontextprotocol/serverInfo": undefined };
  return { ...result, _meta: JSON.parse(JSON.stringify(meta)) };
}

function endpoint(gateway: RunningGateway, plain: boolean): string {
  return plain ? `${gateway.origin}/ws/team/servers/files/sse` : gateway.workspaceUrl("team");
}
