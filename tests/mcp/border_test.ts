import assert from "node:assert/strict";
import { CallToolResultSchema, ListToolsResultSchema } from "@modelcontextprotocol/sdk/types.js";
import fc from "fast-check";
import {
  type Crossing,
  elicitationsOf,
  errorForCaller,
  itemsForCaller,
  requestForLegacyClient,
  requestForModernClient,
  resultForCaller,
} from "../../core/mcp/border.ts";
import type { JsonObject, RpcError } from "../../core/mcp/message.ts";

const SERVER_INFO = "io.modelcontextprotocol/serverInfo";
const TO_MODERN: readonly Crossing[] = [
  { callerEra: "modern", route: "streamable" },
  { callerEra: "modern", route: "sse" },
];
const TO_LEGACY: readonly Crossing[] = [{ callerEra: "legacy", route: "modern" }];
const SAME: readonly Crossing[] = [
  { callerEra: "modern", route: "modern" },
  { callerEra: "legacy", route: "streamable" },
  { callerEra: "legacy", route: "sse" },
];
const anything = fc.dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true });

Deno.test("resultForCaller() gives back the very same object within one era", () => {
  fc.assert(fc.property(fc.constantFrom(...SAME), anything, (crossing, result) => {
    assert.strictEqual(resultForCaller({ ...crossing, method: "tools/list", result }), result);
  }));
});

Deno.test("resultForCaller() gives a modern client a type, and how long it may keep what", () => {
  const kept: [method: string, ttlMs: number | undefined][] = [
    ["tools/list", 5_000],
    ["prompts/list", 5_000],
    ["resources/list", 5_000],
    ["resources/templates/list", 5_000],
    ["resources/read", 0],
    ["tools/call", undefined],
    ["prompts/get", undefined],
    ["completion/complete", undefined],
  ];

  for (const crossing of TO_MODERN) {
    for (const [method, ttlMs] of kept) {
      const result = { structuredContent: [1], _meta: { a: 1 }, other: null };
      const keeping = ttlMs === undefined ? {} : { ttlMs, cacheScope: "private" };
      const expected = { resultType: "complete", ...keeping, ...result };
      assert.deepEqual(resultForCaller({ ...crossing, method, result }), expected, method);
    }
  }
});

Deno.test("resultForCaller() takes what only the modern era knows from a legacy client", () => {
  const result = {
    resultType: "complete",
    content: [],
    structuredContent: { a: 1 },
    _meta: { [SERVER_INFO]: { name: "s" }, traceparent: "t" },
  };
  const list = { resultType: "complete", tools: [], ttlMs: 5, cacheScope: "public" };

  for (const crossing of TO_LEGACY) {
    assert.deepEqual(resultForCaller({ ...crossing, method: "tools/call", result }), {
      content: [],
      structuredContent: { a: 1 },
      _meta: { traceparent: "t" },
    });
    assert.deepEqual(resultForCaller({ ...crossing, method: "tools/list", result: list }), {
      tools: [],
    });
  }
});

Deno.test("resultForCaller() leaves fields alone that have a meaning elsewhere only", () => {
  const result = { ttlMs: 1, cacheScope: "mine", _meta: {} };
  const [crossing] = TO_LEGACY;

  assert.strictEqual(resultForCaller({ ...crossing, method: "tools/call", result }), result);
});

Deno.test("resultForCaller() drops an emptied _meta, and structured content that is no object", () => {
  const [crossing] = TO_LEGACY;
  for (const structuredContent of [[1], "text", 7, true, null]) {
    const result = { content: [], structuredContent, _meta: { [SERVER_INFO]: {} } };

    const legacy = resultForCaller({ ...crossing, method: "tools/call", result });

    assert.deepEqual(legacy, { content: [] });
    assert.ok(CallToolResultSchema.safeParse(legacy).success);
  }
});

Deno.test("resultForCaller() changes nothing of a result that goes to a modern client and back", () => {
  fc.assert(fc.property(fc.constantFrom("tools/call", "tools/list"), anything, (method, fields) => {
    const { resultType: _, ttlMs: __, cacheScope: ___, structuredContent: ____, ...result } =
      fields;
    const there = resultForCaller({ ...TO_MODERN[0], method, result });
    assert.deepEqual(resultForCaller({ ...TO_LEGACY[0], method, result: there }), result);
  }));
});

Deno.test("itemsForCaller() gives a legacy client a list that its SDK does not throw away", () => {
  const schemas: unknown[] = [
    { type: "array", items: { type: "string" } },
    { type: "string" },
    { $ref: "#/$defs/a" },
    { anyOf: [{ type: "object" }] },
    { type: ["object", "null"] },
    { type: "object", properties: { a: 7 } },
    { type: "object", required: "a" },
    { type: "object", required: ["a", 7] },
    true,
  ];
  const inputSchema = { type: "object", properties: { a: true, b: false, c: { type: "string" } } };
  const tools = schemas.map((outputSchema, index) => ({
    name: `t${index}`,
    inputSchema,
    outputSchema,
    unknown: 1,
  }));
  assert.equal(ListToolsResultSchema.safeParse({ tools }).success, false);

  const items = itemsForCaller("tools", tools, TO_LEGACY[0]);

  assert.ok(ListToolsResultSchema.safeParse({ tools: items }).success);
  const spelled = { a: {}, b: { not: {} }, c: { type: "string" } };
  for (const [index, item] of items.entries()) {
    const plain = { type: "object", properties: spelled };
    assert.deepEqual(item, { name: `t${index}`, inputSchema: plain, unknown: 1 });
  }
});

Deno.test("itemsForCaller() keeps an output schema that a legacy client can read", () => {
  const outputSchema = {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    type: "object",
    properties: { a: { type: "string" }, b: true },
    required: ["a"],
    additionalProperties: false,
    $defs: { x: true },
  };
  const tool = { name: "t", inputSchema: { type: "object" }, outputSchema };

  const [item] = itemsForCaller("tools", [tool], TO_LEGACY[0]);

  const properties = { a: { type: "string" }, b: {} };
  assert.deepEqual(item, { ...tool, outputSchema: { ...outputSchema, properties } });
});

Deno.test("itemsForCaller() gives back the very same list where nothing has to change", () => {
  const items = [{ name: "t", outputSchema: { type: "array" } }];

  for (const crossing of [...SAME, ...TO_MODERN]) {
    assert.strictEqual(itemsForCaller("tools", items, crossing), items);
  }
  assert.strictEqual(itemsForCaller("prompts", items, TO_LEGACY[0]), items);
});

function error(code: number, data?: unknown): RpcError {
  return data === undefined ? { code, message: "m" } : { code, message: "m", data };
}

function crossed(crossing: Crossing, given: RpcError, method = "resources/read"): RpcError {
  return errorForCaller({ ...crossing, method, params: { uri: "a:b" }, error: given });
}

Deno.test("errorForCaller() tells each era in its own way that a resource was not found", () => {
  for (const crossing of TO_MODERN) {
    assert.deepEqual(crossed(crossing, error(-32002)), error(-32602, { uri: "a:b" }));
    const named = error(-32002, { uri: "c:d", more: 1 });
    assert.deepEqual(crossed(crossing, named), error(-32602, { uri: "c:d", more: 1 }));
  }
  for (const crossing of TO_LEGACY) {
    const named = error(-32602, { uri: "c:d" });
    assert.deepEqual(crossed(crossing, named), error(-32002, { uri: "c:d" }));
  }
});

Deno.test("errorForCaller() leaves every other error as it is", () => {
  const others: [crossing: Crossing, given: RpcError, method?: string][] = [
    [TO_LEGACY[0], error(-32602)],
    [TO_LEGACY[0], error(-32602, "a:b")],
    [TO_LEGACY[0], error(-32603, { uri: "a:b" })],
    [TO_LEGACY[0], error(-32602, { uri: "a:b" }), "tools/call"],
    [TO_MODERN[0], error(-32602, { uri: "a:b" })],
    [TO_MODERN[0], error(-32002), "tools/call"],
    ...SAME.map((crossing): [Crossing, RpcError] => [crossing, error(-32002)]),
    ...SAME.map((crossing): [Crossing, RpcError] => [crossing, error(-32602, { uri: "a:b" })]),
  ];

  for (const [crossing, given, method] of others) {
    assert.strictEqual(crossed(crossing, given, method), given);
  }
});

Deno.test("requestForLegacyClient() gives a page to be opened an id, and keeps one that is there", () => {
  const url = (params: JsonObject) => ({
    method: "elicitation/create",
    params: { mode: "url", message: "m", url: "https://a.b", ...params },
  });

  assert.deepEqual(requestForLegacyClient(url({}), "id"), url({ elicitationId: "id" }));
  const own = url({ elicitationId: "own" });
  assert.deepEqual(requestForLegacyClient(own, "id"), own);
});

Deno.test("requestForLegacyClient() leaves every other question as it is", () => {
  const others = [
    { method: "elicitation/create", params: { mode: "form", message: "m" } },
    { method: "elicitation/create", params: { message: "m" } },
    { method: "sampling/createMessage", params: { mode: "url" } },
    { method: "roots/list" },
  ];

  for (const request of others) assert.strictEqual(requestForLegacyClient(request, "id"), request);
});

Deno.test("requestForModernClient() takes out what belongs to a legacy session", () => {
  const url = {
    jsonrpc: "2.0",
    id: 7,
    method: "elicitation/create",
    params: {
      mode: "url",
      message: "m",
      url: "https://a.b",
      elicitationId: "e",
      task: { ttl: 1 },
      _meta: {
        progressToken: 1,
        "io.modelcontextprotocol/related-task": { taskId: "7" },
        traceparent: "t",
      },
    },
  };

  assert.deepEqual(requestForModernClient(url), {
    method: "elicitation/create",
    params: { mode: "url", message: "m", url: "https://a.b", _meta: { traceparent: "t" } },
  });
});

Deno.test("requestForModernClient() keeps everything else, and leaves no empty _meta behind", () => {
  const sampling = {
    jsonrpc: "2.0",
    id: 7,
    method: "sampling/createMessage",
    params: { messages: [], maxTokens: 1, elicitationId: "x", _meta: { progressToken: 1 } },
  };

  assert.deepEqual(requestForModernClient(sampling), {
    method: "sampling/createMessage",
    params: { messages: [], maxTokens: 1, elicitationId: "x" },
  });
  assert.deepEqual(requestForModernClient({ jsonrpc: "2.0", id: 1, method: "roots/list" }), {
    method: "roots/list",
  });
});

Deno.test("elicitationsOf() reads the pages that a server wants opened first", () => {
  const page = { mode: "url", message: "m", url: "https://a.b", elicitationId: "e", more: 1 };

  assert.deepEqual(elicitationsOf(error(-32042, { elicitations: [page, page] })), [page, page]);
});

Deno.test("elicitationsOf() gives null for every other error, and for pages that are none", () => {
  const page = { mode: "url", message: "m", url: "https://a.b" };
  const others = [
    error(-32603, { elicitations: [page] }),
    error(-32042),
    error(-32042, [page]),
    error(-32042, {}),
    error(-32042, { elicitations: [] }),
    error(-32042, { elicitations: [page, { ...page, mode: "form" }] }),
    error(-32042, { elicitations: [{ ...page, url: undefined }] }),
    error(-32042, { elicitations: [null] }),
  ];

  for (const other of others) assert.equal(elicitationsOf(other), null);
});
