import assert from "node:assert/strict";
import { planRequest } from "../../core/gateway/plan.ts";
import type { JsonObject, RpcRequest } from "../../core/mcp/message.ts";
import { type Naming, plainNaming, PREFIXED } from "../../core/mcp/naming.ts";

const INSTALLED = ["files", "db"];

function plan(
  method: string,
  params: JsonObject = {},
  { era = "legacy" as "legacy" | "modern", server = null as string | null } = {},
) {
  const request: RpcRequest = { jsonrpc: "2.0", id: 1, method, params };
  const naming: Naming = server === null ? PREFIXED : plainNaming(server);
  const shown = server === null ? INSTALLED : [server];
  return planRequest(request, { era, naming, server, isShown: (slug) => shown.includes(slug) });
}

Deno.test("each era has its own methods, and no other's", () => {
  for (const method of ["initialize", "ping", "logging/setLevel", "resources/subscribe"]) {
    const params = { uri: "file:///a#~files", level: "info" };
    assert.notEqual(plan(method, params).kind, "unknown_method", method);
    assert.equal(plan(method, params, { era: "modern" }).kind, "unknown_method", method);
  }
  for (const method of ["server/discover", "subscriptions/listen"]) {
    assert.notEqual(plan(method, {}, { era: "modern" }).kind, "unknown_method", method);
    assert.equal(plan(method).kind, "unknown_method", method);
  }
});

Deno.test("a request goes to the server whose name, URI or task it carries", () => {
  const named: [string, JsonObject, string][] = [
    ["tools/call", { name: "files__read" }, "read"],
    ["prompts/get", { name: "files__review" }, "review"],
    ["resources/read", { uri: "ui://panel#~files" }, "ui://panel"],
    ["resources/subscribe", { uri: "https://a.test/#x!~files" }, "https://a.test/#x"],
    ["completion/complete", { ref: { type: "ref/prompt", name: "files__review" } }, "review"],
    ["completion/complete", { ref: { type: "ref/resource", uri: "a://{b}#~files" } }, "a://{b}"],
    ["tasks/get", { taskId: "files__t-1" }, "t-1"],
  ];
  for (const [method, params, own] of named) {
    const planned = plan(method, params);
    assert.equal(planned.kind, "addressed", method);
    if (planned.kind !== "addressed") continue;
    assert.deepEqual(planned.address.owned, { slug: "files", own }, method);
  }
});

Deno.test("a name of a server that is not shown belongs to nobody", () => {
  for (const params of [{ name: "secret__read" }, { name: "read" }, {}]) {
    const planned = plan("tools/call", params);
    assert.ok(planned.kind === "addressed" && planned.address.owned === null);
  }
});

Deno.test("an endpoint of one server passes names on as they are", () => {
  const planned = plan("tools/call", { name: "db__read" }, { server: "files" });

  assert.ok(planned.kind === "addressed");
  assert.deepEqual(planned.address.owned, { slug: "files", own: "db__read" });
});

Deno.test("an endpoint of one server passes on what no revision knows, but nothing of another era", () => {
  assert.deepEqual(plan("acme/custom", {}, { server: "files" }), {
    kind: "relayed",
    slug: "files",
    list: null,
  });
  assert.equal(plan("ping", {}, { server: "files", era: "modern" }).kind, "unknown_method");
  assert.equal(plan("acme/custom").kind, "unknown_method");
});

Deno.test("lists are merged for a workspace and passed on for one server", () => {
  assert.deepEqual(plan("resources/templates/list"), {
    kind: "merged_list",
    list: "resourceTemplates",
  });
  assert.deepEqual(plan("prompts/list", { cursor: "x" }, { server: "db" }), {
    kind: "relayed",
    slug: "db",
    list: "prompts",
  });
});
