import assert from "node:assert/strict";
import { capabilitiesForServer, mayAsk } from "../../core/mcp/client_capabilities.ts";
import type { JsonObject } from "../../core/mcp/message.ts";

const EVERYTHING = {
  roots: {},
  sampling: { tools: {}, context: {} },
  elicitation: { form: {}, url: {} },
  tasks: { list: {}, cancel: {} },
};

/** The error's code, or `null` where the question may be asked. */
function asked(method: string, params: JsonObject | undefined, capabilities: JsonObject) {
  return mayAsk(params === undefined ? { method } : { method, params }, capabilities)?.code ?? null;
}

Deno.test("mayAsk() lets nothing but a ping through to a client that can do nothing", () => {
  assert.equal(asked("ping", undefined, {}), null);
  const questions = ["roots/list", "sampling/createMessage", "elicitation/create", "tasks/get"];
  for (const method of questions) {
    assert.equal(asked(method, {}, {}), -32601, method);
    for (const broken of [null, true, "yes", []]) {
      const capabilities = { roots: broken, sampling: broken, elicitation: broken, tasks: broken };
      assert.equal(asked(method, {}, capabilities), -32601, method);
    }
  }
});

Deno.test("mayAsk() lets a client be asked what it declares, each for itself", () => {
  assert.equal(asked("roots/list", undefined, { roots: {} }), null);
  assert.equal(asked("sampling/createMessage", { messages: [] }, { sampling: {} }), null);
  assert.equal(asked("elicitation/create", { message: "m" }, { elicitation: {} }), null);
  assert.equal(asked("roots/list", undefined, { ...EVERYTHING, roots: undefined }), -32601);
});

Deno.test("mayAsk() wants a capability of its own for tools in sampling", () => {
  const withTools = [{ tools: [] }, { toolChoice: { mode: "none" } }];

  for (const params of withTools) {
    assert.equal(asked("sampling/createMessage", params, { sampling: {} }), -32602);
    assert.equal(asked("sampling/createMessage", params, { sampling: { tools: {} } }), null);
  }
});

Deno.test("mayAsk() tells forms from pages: an empty capability means forms alone", () => {
  const rows: [elicitation: JsonObject, form: number | null, url: number | null][] = [
    [{}, null, -32602],
    [{ form: {} }, null, -32602],
    [{ url: {} }, -32602, null],
    [{ form: {}, url: {} }, null, null],
    [{ applyDefaults: true }, null, -32602],
  ];

  for (const [elicitation, form, url] of rows) {
    const label = JSON.stringify(elicitation);
    assert.equal(asked("elicitation/create", {}, { elicitation }), form, label);
    assert.equal(asked("elicitation/create", { mode: "form" }, { elicitation }), form, label);
    assert.equal(asked("elicitation/create", { mode: "url" }, { elicitation }), url, label);
    assert.equal(asked("elicitation/create", { mode: "voice" }, { elicitation }), -32602, label);
  }
});

Deno.test("mayAsk() lets a server look after its own tasks at a client, and list nobody's", () => {
  assert.equal(asked("tasks/get", { taskId: "1" }, { tasks: {} }), null);
  assert.equal(asked("tasks/result", { taskId: "1" }, { tasks: {} }), null);
  assert.equal(asked("tasks/cancel", { taskId: "1" }, { tasks: {} }), -32601);
  assert.equal(asked("tasks/cancel", { taskId: "1" }, { tasks: { cancel: {} } }), null);
  assert.equal(asked("tasks/list", {}, EVERYTHING), -32601);
});

Deno.test("mayAsk() lets no server ask what clients do not answer, and cuts long names", () => {
  for (const method of ["tools/call", "initialize", "x/y", "", "constructor"]) {
    assert.equal(asked(method, {}, EVERYTHING), -32601, method);
  }
  const refusal = mayAsk({ method: "x".repeat(10_000) }, EVERYTHING);
  assert.ok(refusal !== null && refusal.message.length < 300);
});

Deno.test("capabilitiesForServer() keeps tasks within their era, and every other capability", () => {
  const extensions = {
    "io.modelcontextprotocol/tasks": {},
    "io.modelcontextprotocol/ui": { a: 1 },
  };
  const client = { roots: {}, tasks: { cancel: {} }, extensions, experimental: { x: {} } };
  const without = {
    roots: {},
    extensions: { "io.modelcontextprotocol/ui": { a: 1 } },
    experimental: { x: {} },
  };

  assert.deepEqual(capabilitiesForServer(client, "legacy", "modern"), without);
  assert.deepEqual(capabilitiesForServer(client, "modern", "legacy"), without);
  assert.strictEqual(capabilitiesForServer(client, "legacy", "legacy"), client);
  assert.strictEqual(capabilitiesForServer(client, "modern", "modern"), client);
});

Deno.test("capabilitiesForServer() leaves no empty set of extensions behind", () => {
  const client = { extensions: { "io.modelcontextprotocol/tasks": {} } };

  assert.deepEqual(capabilitiesForServer(client, "modern", "legacy"), {});
});

Deno.test("capabilitiesForServer() offers no server the list of a client's tasks", () => {
  const client = { tasks: { list: {}, cancel: {}, requests: { sampling: {} } } };

  assert.deepEqual(capabilitiesForServer(client, "legacy", "legacy"), {
    tasks: { cancel: {}, requests: { sampling: {} } },
  });
});
