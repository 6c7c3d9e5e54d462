import assert from "node:assert/strict";
import {
  ClientNotificationSchema,
  ClientRequestSchema,
  ServerNotificationSchema,
  ServerRequestSchema,
} from "@modelcontextprotocol/sdk/types.js";
import {
  addressOf,
  factsOf,
  isCacheable,
  isClientRequest,
  type ListKind,
  listMethodOf,
  listOf,
  mirroredField,
} from "../../core/mcp/methods.ts";

/** The methods of a union of message schemas. */
function methodsIn(
  union: { options: readonly { shape: { method: { value: string } } }[] },
): string[] {
  return union.options.map((option) => option.shape.method.value);
}

/** What a modern client may ask (2026-07-28, Schema, and the tasks extension). */
const MODERN_REQUESTS = [
  "server/discover",
  "completion/complete",
  "prompts/get",
  "prompts/list",
  "resources/list",
  "resources/templates/list",
  "resources/read",
  "subscriptions/listen",
  "tools/call",
  "tools/list",
  "tasks/get",
  "tasks/update",
  "tasks/cancel",
];

Deno.test("methods: a legacy client may ask what the SDK of its revisions knows, and nothing else", () => {
  const known = methodsIn(ClientRequestSchema);

  for (const method of known) assert.ok(isClientRequest(method, "legacy"), method);
  for (const method of ["server/discover", "subscriptions/listen", "tasks/update"]) {
    assert.equal(isClientRequest(method, "legacy"), false, method);
  }
});

Deno.test("methods: a modern client may ask what 2026-07-28 has, and nothing that it has removed", () => {
  for (const method of MODERN_REQUESTS) assert.ok(isClientRequest(method, "modern"), method);
  const removed = methodsIn(ClientRequestSchema).filter((method) =>
    !MODERN_REQUESTS.includes(method)
  );
  assert.ok(removed.includes("initialize") && removed.includes("resources/subscribe"));
  for (const method of removed) assert.equal(isClientRequest(method, "modern"), false, method);
});

Deno.test("methods: no client may ask what only servers ask, what wants no answer, or what is a property", () => {
  const others = [
    "roots/list",
    "sampling/createMessage",
    "elicitation/create",
    "notifications/cancelled",
    "notifications/initialized",
    "tools/unheard",
    "constructor",
    "__proto__",
  ];

  for (const method of others) {
    assert.equal(isClientRequest(method, "legacy"), false, method);
    assert.equal(isClientRequest(method, "modern"), false, method);
  }
});

Deno.test("methods: everything that either side says in the legacy era is known, and who may say it", () => {
  for (const method of methodsIn(ServerRequestSchema)) {
    assert.notEqual(factsOf(method)?.from, "client", method);
    assert.equal(factsOf(method)?.isNotification, false, method);
  }
  for (const method of methodsIn(ServerNotificationSchema)) {
    assert.notEqual(factsOf(method)?.from, "client", method);
    assert.equal(factsOf(method)?.isNotification, true, method);
  }
  for (const method of methodsIn(ClientNotificationSchema)) {
    assert.notEqual(factsOf(method)?.from, "server", method);
    assert.equal(factsOf(method)?.isNotification, true, method);
  }
});

Deno.test("methods: a request says by one parameter which server it is for", () => {
  assert.equal(addressOf("tools/call"), "tool");
  assert.equal(addressOf("prompts/get"), "prompt");
  assert.equal(addressOf("completion/complete"), "completion");
  for (const verb of ["read", "subscribe", "unsubscribe"]) {
    assert.equal(addressOf(`resources/${verb}`), "resource", verb);
  }
  for (const verb of ["get", "update", "cancel", "result"]) {
    assert.equal(addressOf(`tasks/${verb}`), "task", verb);
  }
  for (const method of ["tools/list", "ping", "toString"]) assert.equal(addressOf(method), null);
});

Deno.test("methods: each list has one method, and each of those methods its list", () => {
  const kinds: ListKind[] = ["tools", "prompts", "resources", "resourceTemplates", "tasks"];

  for (const kind of kinds) assert.equal(listOf(listMethodOf(kind)), kind);
  assert.equal(listOf("tools/call"), null);
});

Deno.test("methods: six results may be kept (2026-07-28, Caching)", () => {
  const kept = [
    "server/discover",
    "tools/list",
    "prompts/list",
    "resources/list",
    "resources/templates/list",
    "resources/read",
  ];

  for (const method of kept) assert.ok(isCacheable(method), method);
  for (const method of ["tools/call", "prompts/get", "tasks/list", "completion/complete", "x"]) {
    assert.equal(isCacheable(method), false, method);
  }
});

Deno.test("methods: Mcp-Name repeats a name, a URI or the id of a task", () => {
  const fields = {
    "tools/call": "name",
    "prompts/get": "name",
    "resources/read": "uri",
    "tasks/get": "taskId",
    "tasks/update": "taskId",
    "tasks/cancel": "taskId",
    "tools/list": null,
    "completion/complete": null,
    "valueOf": null,
  };

  for (const [method, field] of Object.entries(fields)) assert.equal(mirroredField(method), field);
});
