import assert from "node:assert/strict";
import fc from "fast-check";
import { asMessage, errorOf, textParam } from "../../core/mcp/message.ts";
import {
  asClientInfo,
  progressTokenOf,
  withModernMeta,
  withoutModernMeta,
  withProgressToken,
} from "../../core/mcp/meta.ts";

const V = { jsonrpc: "2.0" };
const ERROR = { code: -32000, message: "no" };

Deno.test("asMessage() tells requests, notifications and answers apart", () => {
  const kinds: [Record<string, unknown>, string][] = [
    [{ ...V, id: 1, method: "ping" }, "request"],
    [{ ...V, id: "", method: "ping", params: {} }, "request"],
    [{ ...V, method: "notifications/x" }, "notification"],
    [{ ...V, id: 0, result: {} }, "response"],
    [{ ...V, id: "a", error: ERROR }, "response"],
    [{ ...V, id: null, error: ERROR }, "response"],
    [{ ...V, error: ERROR }, "response"],
  ];

  for (const [message, kind] of kinds) {
    const known = asMessage(message);
    assert.equal(known?.kind, kind);
    assert.strictEqual(known?.message, message, "it is the same object, unknown fields and all");
  }
});

Deno.test("asMessage() gives null for what is none of them", () => {
  const others: unknown[] = [
    ...[null, 1, "text", true, [], [{ ...V, id: 1, method: "ping" }], {}],
    { id: 1, method: "ping" },
    { ...V },
    { jsonrpc: "1.0", id: 1, method: "ping" },
    { jsonrpc: 2, id: 1, method: "ping" },
    ...[null, 1.5, true, {}, [], 2 ** 53, Infinity].map((id) => ({ ...V, id, method: "ping" })),
    ...[null, [], "a", 1].map((params) => ({ ...V, id: 1, method: "ping", params })),
    { ...V, id: 1, method: 7 },
    { ...V, id: 1, method: null, result: {} },
    { ...V, id: 1, result: {}, error: ERROR },
    { ...V, id: 1 },
    { ...V, id: 1, result: 42 },
    { ...V, id: 1, result: null },
    { ...V, id: null, result: {} },
    { ...V, result: {} },
    { ...V, id: 1, error: "no" },
    { ...V, id: 1, error: { code: "1", message: "no" } },
    { ...V, id: {}, error: ERROR },
  ];

  for (const value of others) assert.equal(asMessage(value), null, JSON.stringify(value));
});

Deno.test("asMessage() throws at no JSON at all", () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => void asMessage(value)));
});

Deno.test("errorOf() has no id where the request's could not be read, and data only if given", () => {
  assert.deepEqual(errorOf(undefined, -1, "a"), { ...V, error: { code: -1, message: "a" } });
  assert.deepEqual(errorOf(0, -1, "a", null), {
    ...V,
    id: 0,
    error: { code: -1, message: "a", data: null },
  });
});

Deno.test("textParam() gives texts only", () => {
  assert.equal(textParam({ a: "x" }, "a"), "x");
  assert.equal(textParam({ a: 7 }, "a"), null);
  assert.equal(textParam({}, "a"), null);
  assert.equal(textParam(undefined, "a"), null);
});

const CLIENT = {
  protocolVersion: "2026-07-28",
  info: { name: "a", version: "1" },
  capabilities: {},
};
const LOG_LEVEL = "io.modelcontextprotocol/logLevel";

Deno.test("what is said per request is added for a modern server and taken out for a legacy one", () => {
  const params = { name: "t", _meta: { progressToken: 1, traceparent: "00-a", "x/y": 2 } };

  const modern = withModernMeta(params, CLIENT);
  assert.deepEqual(modern._meta, {
    ...params._meta,
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": CLIENT.info,
    "io.modelcontextprotocol/clientCapabilities": {},
  });
  assert.deepEqual(withoutModernMeta(modern), params);
  assert.deepEqual(withoutModernMeta(withModernMeta({ name: "t" }, CLIENT)), { name: "t" });
  assert.deepEqual(withoutModernMeta(undefined), undefined);
});

Deno.test("a client's word about itself never replaces what the gateway knows of it", () => {
  const forged = { "io.modelcontextprotocol/clientInfo": { name: "forged" }, [LOG_LEVEL]: "info" };

  const meta = withModernMeta({ _meta: forged }, CLIENT)._meta as Record<string, unknown>;

  assert.deepEqual(meta["io.modelcontextprotocol/clientInfo"], CLIENT.info);
  assert.equal(meta[LOG_LEVEL], "info");
});

Deno.test("a progress token keeps its type, and only texts and numbers are tokens", () => {
  for (const token of [0, 7, "7", ""]) {
    assert.strictEqual(progressTokenOf({ _meta: { progressToken: token } }), token);
  }
  for (const token of [null, {}, true, undefined]) {
    assert.equal(progressTokenOf({ _meta: { progressToken: token } }), null);
  }
  assert.equal(progressTokenOf({ _meta: "text" }), null);
  const params = { a: 1, _meta: { b: 2, progressToken: "old" } };
  assert.deepEqual(withProgressToken(params, 9), { a: 1, _meta: { b: 2, progressToken: 9 } });
});

Deno.test("asClientInfo() gives every client a name and a version, and keeps what else it says", () => {
  assert.deepEqual(asClientInfo(undefined), { name: "unknown", version: "0" });
  assert.deepEqual(asClientInfo("text"), { name: "unknown", version: "0" });
  assert.deepEqual(asClientInfo({ name: "a", title: "A" }), {
    name: "a",
    title: "A",
    version: "0",
  });
});
