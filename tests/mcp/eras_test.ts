import assert from "node:assert/strict";
import { eraOf, headerFault } from "../../core/mcp/eras.ts";
import { encodeHeaderValue } from "../../core/mcp/header_values.ts";
import type { JsonObject, RpcRequest } from "../../core/mcp/message.ts";

const VERSION = "io.modelcontextprotocol/protocolVersion";
const CAPABILITIES = "io.modelcontextprotocol/clientCapabilities";
const INFO = "io.modelcontextprotocol/clientInfo";

const META: JsonObject = { [VERSION]: "2026-07-28", [CAPABILITIES]: { roots: {} } };

function verdict(method: string, meta: JsonObject | undefined, version?: string) {
  const headers = new Headers(version === undefined ? {} : { "mcp-protocol-version": version });
  return eraOf(method, meta === undefined ? undefined : { _meta: meta }, headers);
}

/** The HTTP status and the code of a fault. */
function faultOf(method: string, meta: JsonObject | undefined, version?: string) {
  const found = verdict(method, meta, version);
  assert.equal(found.era, "fault");
  return found.era === "fault" ? [found.fault.status, found.fault.code] : [];
}

Deno.test("eraOf() takes a request whose body and header say 2026-07-28 for a modern one", () => {
  assert.deepEqual(verdict("tools/list", { ...META, [INFO]: { name: "a" } }, "2026-07-28"), {
    era: "modern",
    client: {
      protocolVersion: "2026-07-28",
      info: { name: "a", version: "0" },
      capabilities: { roots: {} },
    },
  });
});

Deno.test("eraOf() takes what says nothing of the modern era for a legacy request", () => {
  const legacy = (version: string) => ({ era: "legacy", version });

  assert.deepEqual(verdict("tools/list", undefined), legacy("2025-03-26"));
  assert.deepEqual(verdict("tools/list", { progressToken: 1 }), legacy("2025-03-26"));
  for (const version of ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"]) {
    assert.deepEqual(verdict("tools/list", undefined, version), legacy(version));
    assert.equal(verdict("initialize", undefined, version).era, "legacy");
  }
});

Deno.test("eraOf() takes initialize for legacy whatever its header says, unless its body is modern", () => {
  assert.equal(verdict("initialize", undefined, "2026-07-28").era, "legacy");
  assert.equal(verdict("initialize", undefined, "1999-01-01").era, "legacy");
  assert.equal(verdict("initialize", META, "2026-07-28").era, "modern");
});

Deno.test("eraOf() names what a modern request leaves out", () => {
  assert.deepEqual(faultOf("tools/list", undefined, "2026-07-28"), [400, -32602]);
  assert.deepEqual(faultOf("tools/list", {}, "2026-07-28"), [400, -32602]);
  assert.deepEqual(faultOf("tools/list", { [VERSION]: 7 }, "2026-07-28"), [400, -32602]);
  const noCapabilities = { [VERSION]: "2026-07-28" };
  assert.deepEqual(faultOf("tools/list", noCapabilities, "2026-07-28"), [400, -32602]);
  const wrong = { ...META, [CAPABILITIES]: [] };
  assert.deepEqual(faultOf("tools/list", wrong, "2026-07-28"), [400, -32602]);
});

Deno.test("eraOf() refuses a header that is missing or differs from the body", () => {
  assert.deepEqual(faultOf("tools/list", META), [400, -32020]);
  assert.deepEqual(faultOf("tools/list", META, "2025-11-25"), [400, -32020]);
  assert.deepEqual(faultOf("tools/list", META, ""), [400, -32020]);
});

Deno.test("eraOf() answers an unknown modern version with those that it speaks", () => {
  const found = verdict("tools/list", { ...META, [VERSION]: "2027-01-01" }, "2027-01-01");

  assert.equal(found.era, "fault");
  assert.deepEqual(found.era === "fault" && found.fault, {
    status: 400,
    code: -32022,
    message: "Unsupported protocol version",
    data: {
      supported: ["2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"],
      requested: "2027-01-01",
    },
  });
});

Deno.test("eraOf() refuses an unknown legacy version header", () => {
  for (const version of ["1.0", "2025-01-01", "DRAFT-2026"]) {
    assert.deepEqual(faultOf("tools/list", undefined, version), [400, -32600], version);
  }
});

function request(method: string, params?: JsonObject): RpcRequest {
  return { jsonrpc: "2.0", id: 1, method, params };
}

function codeOf(of: RpcRequest, headers: Record<string, string>): number | null {
  return headerFault(of, new Headers(headers))?.code ?? null;
}

Deno.test("headerFault() wants Mcp-Method, equal to the body and in its case", () => {
  const list = request("tools/list");

  assert.equal(codeOf(list, { "mcp-method": "tools/list" }), null);
  assert.equal(codeOf(list, {}), -32020);
  assert.equal(codeOf(list, { "mcp-method": "TOOLS/LIST" }), -32020);
  assert.equal(codeOf(list, { "mcp-method": "tools/call" }), -32020);
});

Deno.test("headerFault() wants Mcp-Name for methods that name something", () => {
  const named: [string, JsonObject][] = [
    ["tools/call", { name: "a__b" }],
    ["prompts/get", { name: "a__b" }],
    ["resources/read", { uri: "a__b" }],
  ];

  for (const [method, params] of named) {
    const headers = { "mcp-method": method };
    assert.equal(codeOf(request(method, params), { ...headers, "mcp-name": "a__b" }), null);
    assert.equal(codeOf(request(method, params), headers), -32020);
    assert.equal(codeOf(request(method, params), { ...headers, "mcp-name": "A__B" }), -32020);
    assert.equal(codeOf(request(method, {}), { ...headers, "mcp-name": "a__b" }), -32020);
  }
  assert.equal(codeOf(request("tools/list"), { "mcp-method": "tools/list" }), null);
});

Deno.test("headerFault() takes a task without its Mcp-Name, and not with another's", () => {
  for (const method of ["tasks/get", "tasks/update", "tasks/cancel"]) {
    const task = request(method, { taskId: "a__7" });
    const headers = { "mcp-method": method };

    assert.equal(codeOf(task, headers), null, method);
    assert.equal(codeOf(task, { ...headers, "mcp-name": "a__7" }), null, method);
    assert.equal(codeOf(task, { ...headers, "mcp-name": "a__8" }), -32020, method);
  }
});

Deno.test("headerFault() asks no name of methods that happen to be called like a property", () => {
  for (const method of ["constructor", "toString", "__proto__"]) {
    assert.equal(codeOf(request(method), { "mcp-method": method }), null, method);
  }
});

Deno.test("headerFault() decodes a name in base64 before it compares", () => {
  const call = (name: string) => request("tools/call", { name });
  const headers = (name: string) => ({ "mcp-method": "tools/call", "mcp-name": name });

  for (const name of ["Hello, 世界", " padded ", "line1\nline2", "=?base64?literal?="]) {
    assert.equal(codeOf(call(name), headers(encodeHeaderValue(name))), null, name);
  }
  const plainInBase64 = `=?base64?${btoa("plain")}?=`;
  assert.equal(codeOf(call("plain"), headers(plainInBase64)), null);
  assert.equal(codeOf(call("other"), headers(plainInBase64)), -32020);
  for (
    const broken of [
      "=?base64?!!!?=",
      "=?base64?gICA?=",
      "=?base64?SGVsbG8?=?=",
      "=?base64?SGVsbG8?=",
    ]
  ) {
    assert.equal(codeOf(call("Hello"), headers(broken)), -32020, broken);
  }
});
