import assert from "node:assert/strict";
import fc from "fast-check";
import type { JsonObject, RpcError, RpcNotification } from "../../core/mcp/message.ts";
import { plainNaming, PREFIXED } from "../../core/mcp/naming.ts";
import {
  exposeError,
  exposeNotification,
  exposeResult,
  exposeServerRequest,
  ownAnswer,
  ownParams,
} from "../../core/mcp/rewrite.ts";

const RELATED = "io.modelcontextprotocol/related-task";
const link = (uri: string) => ({ type: "resource_link", uri, name: "n", other: [1] });
const embedded = (uri: string) => ({
  type: "resource",
  resource: { uri, text: "t", _meta: { a: 1 } },
  annotations: {},
});
const text = { type: "text", text: "file:///a", uri: "file:///a", resource: { uri: "file:///a" } };
const related = (taskId: string) => ({ _meta: { [RELATED]: { taskId, more: 1 }, other: true } });

function exposed(method: string, result: JsonObject): JsonObject {
  const before = structuredClone(result);
  const shown = exposeResult(PREFIXED, "s", method, result);
  assert.deepEqual(result, before, "what the server sent is left as it was");
  return shown;
}

function notification(method: string, params: JsonObject): RpcNotification {
  return { jsonrpc: "2.0", method, params };
}

Deno.test("exposeResult() renames linked and embedded resources of a tool, and no other text", () => {
  const rest = { structuredContent: { uri: "file:///a" }, isError: false, unknown: { uri: "u" } };
  const result = { content: [text, link("file:///a"), embedded("ui://b#c"), 7, null], ...rest };

  assert.deepEqual(exposed("tools/call", result), {
    content: [text, link("file:///a#~s"), embedded("ui://b#c!~s"), 7, null],
    ...rest,
  });
});

Deno.test("exposeResult() renames what a prompt's messages hold, as a block or as an array", () => {
  const messages = (shown: string) => ({
    description: "d",
    messages: [
      { role: "user", content: embedded(shown) },
      { role: "assistant", content: [text, link(shown)] },
      { role: "user", content: "plain" },
    ],
  });

  assert.deepEqual(exposed("prompts/get", messages("file:///a")), messages("file:///a#~s"));
});

Deno.test("exposeResult() renames the contents of a resource", () => {
  const contents = (shown: string) => ({
    contents: [{ uri: shown, text: "x" }, { uri: `${shown}`, blob: "" }, { text: "no uri" }],
    ttlMs: 5,
  });

  assert.deepEqual(exposed("resources/read", contents("a:b")), contents("a:b#~s"));
});

Deno.test("exposeResult() renames a task where one is made, in either era", () => {
  const legacy = (id: string) => ({ task: { taskId: id, status: "working", ttl: 1 } });
  const modern = (id: string) => ({ resultType: "task", taskId: id, status: "working" });

  assert.deepEqual(exposed("tools/call", legacy("7")), legacy("s__7"));
  assert.deepEqual(exposed("tools/call", modern("7")), modern("s__7"));
});

Deno.test("exposeResult() renames a task, its outcome and its questions", () => {
  const ended = (id: string, uri: string) => ({
    resultType: "complete",
    taskId: id,
    status: "completed",
    result: { content: [link(uri)] },
  });
  const failed = (id: string, uri: string) => ({ taskId: id, error: { code: 1, data: { uri } } });
  const asking = (id: string, uri: string) => ({
    taskId: id,
    inputRequests: {
      one: {
        method: "sampling/createMessage",
        params: { messages: [{ role: "user", content: [embedded(uri)] }] },
      },
    },
  });

  for (const task of [ended, failed, asking]) {
    for (const method of ["tasks/get", "tasks/cancel"]) {
      assert.deepEqual(exposed(method, task("7", "a:b")), task("s__7", "a:b#~s"));
    }
  }
});

Deno.test("exposeResult() renames a legacy task's result and the list of tasks", () => {
  const payload = (id: string, uri: string) => ({ content: [link(uri)], ...related(id) });
  assert.deepEqual(exposed("tasks/result", payload("7", "a:b")), payload("s__7", "a:b#~s"));

  const list = (...ids: string[]) => ({
    tasks: ids.map((taskId) => ({ taskId })),
    nextCursor: "c",
  });
  assert.deepEqual(exposed("tasks/list", list("1", "2")), list("s__1", "s__2"));
});

Deno.test("exposeResult() renames what a server asks before it goes on", () => {
  const asking = (uri: string) => ({
    resultType: "input_required",
    requestState: "state",
    inputRequests: {
      sample: {
        method: "sampling/createMessage",
        params: {
          messages: [
            { role: "user", content: link(uri) },
            { role: "user", content: [{ type: "tool_result", content: [embedded(uri)] }] },
          ],
        },
      },
      form: { method: "elicitation/create", params: { message: "m", uri: "a:b" } },
      broken: 7,
    },
  });

  for (const method of ["tools/call", "prompts/get", "resources/read"]) {
    assert.deepEqual(exposed(method, asking("a:b")), asking("a:b#~s"));
  }
});

Deno.test("exposeResult() renames the page that shows a result, and the task that it belongs to", () => {
  const meta = (uri: string, id: string) => ({
    content: [],
    _meta: { ui: { resourceUri: uri, csp: {} }, "ui/resourceUri": uri, ...related(id)._meta },
  });

  assert.deepEqual(exposed("tools/call", meta("ui://a", "7")), meta("ui://a#~s", "s__7"));
});

Deno.test("exposeResult() gives back the very same object where nothing is to be renamed", () => {
  const big = { content: [text, { type: "future", uri: "a:b" }], _meta: { other: 1 } };
  assert.strictEqual(exposeResult(PREFIXED, "s", "tools/call", big), big);
  const asking = { inputRequests: { form: { method: "elicitation/create", params: {} }, x: 7 } };
  assert.strictEqual(exposeResult(PREFIXED, "s", "tools/call", asking), asking);

  const anything = fc.dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true });
  const plain = plainNaming("s");
  fc.assert(fc.property(fc.string(), anything, (method, result) => {
    assert.strictEqual(exposeResult(plain, "s", method, result), result);
    assert.strictEqual(exposeServerRequest(plain, "s", result), result);
    assert.strictEqual(ownParams(plain, "s", method, result), result);
    assert.strictEqual(ownAnswer(plain, "s", result), result);
  }));
  const error: RpcError = { code: 1, message: "m", data: { uri: "a:b" } };
  assert.strictEqual(exposeError(plain, "s", error), error);
  const updated = notification("notifications/resources/updated", { uri: "a:b" });
  assert.strictEqual(exposeNotification(plain, "s", updated), updated);
});

Deno.test("exposeResult() throws at nothing that a server may send", () => {
  const methods = ["tools/call", "prompts/get", "resources/read", "tasks/get", "tasks/list", "x"];
  const fields = fc.constantFrom(
    ...["content", "messages", "contents", "task", "tasks", "_meta", "inputRequests", "result"],
    ...["resultType", "error", "taskId", "__proto__"],
  );
  const result = fc.dictionary(fields, fc.jsonValue(), { noNullPrototype: true });
  fc.assert(fc.property(fc.constantFrom(...methods), result, (method, result) => {
    const before = JSON.stringify(result);
    exposeResult(PREFIXED, "s", method, result);
    assert.equal(JSON.stringify(result), before);
  }));
});

Deno.test("exposeNotification() renames what was updated, tasks in either era, and related tasks", () => {
  const cases: [method: string, params: JsonObject, shown: JsonObject][] = [
    ["notifications/resources/updated", { uri: "a:b", x: 1 }, { uri: "a:b#~s", x: 1 }],
    ["notifications/tasks/status", { taskId: "7" }, { taskId: "s__7" }],
    [
      "notifications/tasks",
      { taskId: "7", result: { content: [link("a:b")] } },
      { taskId: "s__7", result: { content: [link("a:b#~s")] } },
    ],
    ["notifications/progress", { progress: 1, ...related("7") }, {
      progress: 1,
      ...related("s__7"),
    }],
    ["notifications/message", { data: { uri: "a:b" } }, { data: { uri: "a:b" } }],
  ];

  for (const [method, params, shown] of cases) {
    const given = exposeNotification(PREFIXED, "s", notification(method, params));
    assert.deepEqual(given, notification(method, shown));
  }
  const bare: RpcNotification = { jsonrpc: "2.0", method: "notifications/tools/list_changed" };
  assert.strictEqual(exposeNotification(PREFIXED, "s", bare), bare);
});

Deno.test("exposeServerRequest() renames resources in sampling and related tasks, not the client's own tasks", () => {
  const sampling = (uri: string, id: string) => ({
    jsonrpc: "2.0",
    id: 1,
    method: "sampling/createMessage",
    params: { messages: [{ role: "user", content: link(uri) }], tools: [], ...related(id) },
  });
  const theirs = { method: "tasks/get", params: { taskId: "7" } };
  const form = { method: "elicitation/create", params: { messages: [{ content: link("a:b") }] } };

  assert.deepEqual(
    exposeServerRequest(PREFIXED, "s", sampling("a:b", "7")),
    sampling("a:b#~s", "s__7"),
  );
  assert.strictEqual(exposeServerRequest(PREFIXED, "s", theirs), theirs);
  assert.strictEqual(exposeServerRequest(PREFIXED, "s", form), form);
});

Deno.test("exposeError() renames the URI that was not found", () => {
  const error = { code: -32002, message: "Resource not found", data: { uri: "a:b", more: 1 } };

  assert.deepEqual(exposeError(PREFIXED, "s", error), {
    ...error,
    data: { uri: "a:b#~s", more: 1 },
  });
  for (const data of [undefined, "text", ["a:b"], { uri: 7 }]) {
    const other = { ...error, data };
    assert.strictEqual(exposeError(PREFIXED, "s", other), other);
  }
});

Deno.test("ownParams() gives a server its own URIs and task ids back", () => {
  const cases: [method: string, shown: JsonObject, own: JsonObject][] = [
    ["resources/read", { uri: "a:b#~s", x: 1 }, { uri: "a:b", x: 1 }],
    ["resources/subscribe", { uri: "a:b#~s" }, { uri: "a:b" }],
    ["resources/unsubscribe", { uri: "a:b#c!~s" }, { uri: "a:b#c" }],
    ["tasks/get", { taskId: "s__7" }, { taskId: "7" }],
    ["tasks/result", { taskId: "s__7" }, { taskId: "7" }],
    ["tasks/update", { taskId: "s__7", inputResponses: {} }, { taskId: "7", inputResponses: {} }],
    ["completion/complete", { ref: { type: "ref/resource", uri: "a:{b}#~s" } }, {
      ref: { type: "ref/resource", uri: "a:{b}" },
    }],
    ["tools/call", { name: "s__t", ...related("s__7") }, { name: "s__t", ...related("7") }],
  ];

  for (const [method, shown, own] of cases) {
    assert.deepEqual(ownParams(PREFIXED, "s", method, shown), own, method);
  }
  assert.equal(ownParams(PREFIXED, "s", "resources/read", undefined), undefined);
});

Deno.test("ownParams() leaves arguments alone, and what belongs to another server", () => {
  const call = { name: "s__t", arguments: { uri: "a:b#~s", taskId: "s__7" } };
  const foreign = { uri: "a:b#~t" };

  assert.strictEqual(ownParams(PREFIXED, "s", "tools/call", call), call);
  assert.strictEqual(ownParams(PREFIXED, "s", "resources/read", foreign), foreign);
});

Deno.test("ownAnswer() gives a server back the task that its question belonged to", () => {
  const answer = (id: string) => ({
    jsonrpc: "2.0",
    id: 1,
    result: { action: "accept", content: { uri: "a:b#~s" }, ...related(id) },
  });

  assert.deepEqual(ownAnswer(PREFIXED, "s", answer("s__7")), answer("7"));
  assert.deepEqual(
    ownAnswer(PREFIXED, "s", answer("the client's own")),
    answer("the client's own"),
  );
});

Deno.test("a request for what was shown reaches the server as what it had listed", () => {
  const uris = fc.oneof(fc.webUrl({ withFragments: true }), fc.string());
  fc.assert(fc.property(uris, (uri) => {
    const shown = exposeResult(PREFIXED, "s", "tools/call", { content: [link(uri)] });
    const [block] = shown.content as { uri: string }[];

    assert.deepEqual(ownParams(PREFIXED, "s", "resources/read", { uri: block.uri }), { uri });
  }));
});
