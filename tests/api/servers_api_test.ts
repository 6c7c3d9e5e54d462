import assert from "node:assert/strict";
import { type AdminApi, adminApi } from "../_support/admin_api.ts";

const INPUT = { name: "Internal API", slug: "internal-api", url: "https://mcp.example.com/sse" };

Deno.test("POST /servers registers a server and shows it as every other request does", async () => {
  await using api = await adminApi();

  const created = await api.send("POST", "/servers", INPUT);

  assert.equal(created.status, 201);
  assert.match(created.body.id, /^srv_/);
  assert.deepEqual(
    { ...created.body, id: "", createdAt: "", updatedAt: "" },
    {
      ...INPUT,
      id: "",
      protocol: "auto",
      timeouts: {
        connectSeconds: 10,
        firstByteSeconds: null,
        idleSeconds: null,
        totalSeconds: 300,
      },
      maxConcurrent: 100,
      forwardHeaders: [],
      onLeak: "redact",
      disabled: null,
      health: { eras: [], transport: null, probedAt: null, breaker: null },
      workspaces: [],
      secrets: [],
      changesWaiting: 0,
      createdAt: "",
      updatedAt: "",
    },
  );
  const shown = await api.send("GET", "/servers/internal-api");
  const listed = await api.send("GET", "/servers");
  assert.deepEqual(shown.body, created.body);
  assert.deepEqual(listed.body, { items: [created.body], nextCursor: null });
});

Deno.test("POST /servers refuses a taken slug, naming it", async () => {
  await using api = await adminApi();
  await api.send("POST", "/servers", INPUT);

  const { status, body } = await api.send("POST", "/servers", INPUT);

  assert.equal(status, 409);
  assert.equal(body.error.code, "slug_taken");
  assert.equal(body.error.field, "slug");
  assert.match(body.error.message, /"internal-api" exists already/);
});

Deno.test("POST and PATCH /servers refuse URLs that are not https, not public, or not found", async () => {
  await using api = await adminApi();
  await api.send("POST", "/servers", INPUT);
  const wrong: Record<string, RegExp> = {
    "http://mcp.example.com/sse": /not https/,
    "https://127.0.0.1/sse": /"127.0.0.1" is not a public address/,
    "https://[::ffff:10.0.0.1]/sse": /not a public address/,
    "https://169.254.169.254/latest": /not a public address/,
    "https://localhost/sse": /not a public address/,
    "https://rebound.example.com/sse": /leads to 10\.0\.0\.7/,
    "https://nobody.example.com/sse": /cannot be found in DNS/,
    "https://user:hunter2@mcp.example.com/": /user name or password/,
    "https://mcp.example.com/#x": /"#x"/,
    "nonsense": /is not a URL/,
  };

  for (const [url, message] of Object.entries(wrong)) {
    const posted = await api.send("POST", "/servers", { ...INPUT, slug: "other", url });
    const patched = await api.send("PATCH", "/servers/internal-api", { url });
    for (const { status, body } of [posted, patched]) {
      assert.equal(status, 400);
      assert.equal(body.error.code, "invalid_input");
      assert.equal(body.error.field, "url");
      assert.match(body.error.message, message);
      assert.ok(!body.error.message.includes("hunter2"));
    }
  }
  assert.equal((await api.send("GET", "/servers")).body.items.length, 1);
});

Deno.test("PATCH /servers/:slug changes what is given, never the slug", async () => {
  await using api = await adminApi();
  await api.send("POST", "/servers", INPUT);
  const change = {
    name: "New",
    url: "https://other.example.com/mcp",
    protocol: "2025-06-18",
    maxConcurrent: 7,
  };

  const { status, body } = await api.send("PATCH", "/servers/internal-api", change);

  assert.equal(status, 200);
  const { name, url, protocol, maxConcurrent } = body;
  assert.deepEqual({ name, url, protocol, maxConcurrent }, change);
  const renamed = await api.send("PATCH", "/servers/internal-api", { slug: "else" });
  assert.equal(renamed.body.error.field, "slug");
});

Deno.test("every request for a server that is not there answers 404 and names it", async () => {
  await using api = await adminApi();
  await api.send("POST", "/workspaces", { slug: "engineering" });
  const rules = [{ kind: "header", name: "X-Key" }];
  const requests: [string, string, unknown?][] = [
    ["GET", "/servers/nope"],
    ["PATCH", "/servers/nope", {}],
    ["DELETE", "/servers/nope"],
    ["POST", "/servers/nope/test"],
    ["GET", "/servers/nope/secrets"],
    ["PUT", "/servers/nope/secrets/KEY", { value: "a long one" }],
    ["PATCH", "/servers/nope/secrets/KEY", { rules }],
    ["DELETE", "/servers/nope/secrets/KEY"],
    ["PUT", "/workspaces/engineering/servers/nope"],
    ["DELETE", "/workspaces/engineering/servers/nope"],
    ["GET", "/workspaces/engineering/analytics?server=nope"],
  ];

  for (const [method, path, json] of requests) {
    const { status, body } = await api.send(method, path, json);
    assert.equal(status, 404, `${method} ${path}`);
    assert.equal(body.error.code, "not_found");
    assert.match(body.error.message, /no server "nope"; list the servers/);
  }
});

Deno.test("DELETE /servers/:slug names the workspaces that use it, until it is forced", async () => {
  await using api = await adminApi();
  await serverInWorkspace(api);

  const refused = await api.send("DELETE", "/servers/internal-api");
  const forced = await api.send("DELETE", "/servers/internal-api?force=true");
  const workspace = await api.send("GET", "/workspaces/engineering");

  assert.equal(refused.status, 409);
  assert.equal(refused.body.error.code, "in_use");
  assert.match(refused.body.error.message, /"engineering".*--force/);
  assert.deepEqual([forced.status, forced.text], [204, ""]);
  assert.deepEqual(workspace.body.servers, []);
});

Deno.test("POST /servers/:slug/test reports a failure as a report", async () => {
  await using api = await adminApi();
  await api.send("POST", "/servers", INPUT);

  const { status, body } = await api.send("POST", "/servers/internal-api/test");

  assert.equal(status, 200);
  assert.equal(body.ok, false);
  assert.equal(typeof body.stage, "string");
  assert.equal(typeof body.durationMs, "number");
});

Deno.test("GET /servers pages with limit and cursor", async () => {
  await using api = await adminApi();
  for (const slug of ["c", "a", "b"]) await api.send("POST", "/servers", { ...INPUT, slug });

  const first = await api.send("GET", "/servers?limit=2");
  const second = await api.send("GET", `/servers?limit=2&cursor=${first.body.nextCursor}`);

  const slugs = (items: { slug: string }[]) => items.map(({ slug }) => slug);
  assert.deepEqual(slugs(first.body.items), ["a", "b"]);
  assert.deepEqual(slugs(second.body.items), ["c"]);
  assert.equal(second.body.nextCursor, null);
});

async function serverInWorkspace(api: AdminApi): Promise<void> {
  await api.send("POST", "/servers", INPUT);
  await api.send("POST", "/workspaces", { slug: "engineering" });
  await api.send("PUT", "/workspaces/engineering/servers/internal-api");
}

Deno.test("a server is disabled and enabled, says by whom, and is not tested meanwhile", async () => {
  await using api = await adminApi();
  await api.send("POST", "/servers", INPUT);

  const disabled = await api.send("POST", "/servers/internal-api/disable");
  const again = await api.send("POST", "/servers/internal-api/disable");
  const tested = await api.send("POST", "/servers/internal-api/test");
  const enabled = await api.send("POST", "/servers/internal-api/enable");
  const shown = await api.send("GET", "/servers/internal-api");

  assert.deepEqual([disabled.status, enabled.status], [200, 200]);
  assert.equal(disabled.body.disabled.reason, "admin");
  assert.equal(typeof disabled.body.disabled.by, "string");
  assert.deepEqual(again.body.disabled, disabled.body.disabled);
  assert.deepEqual([tested.status, tested.body.error.code], [409, "conflict"]);
  assert.match(tested.body.error.message, /"internal-api" is disabled, .*enable it first/);
  assert.equal(shown.body.disabled, null);
});

Deno.test("disabling and enabling answer 404 for a server or a workspace that is not there", async () => {
  await using api = await adminApi();

  for (const path of ["/servers/nope", "/workspaces/nope"]) {
    for (const verb of ["disable", "enable"]) {
      const { status, body } = await api.send("POST", `${path}/${verb}`);
      assert.deepEqual([status, body.error.code], [404, "not_found"], path);
      assert.match(body.error.message, /"nope"/);
    }
  }
});
