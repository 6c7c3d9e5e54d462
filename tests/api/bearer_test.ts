import assert from "node:assert/strict";
import { newAdminTokenText, newTokenText } from "../../core/tokens/token_text.ts";
import { ADMIN_TOKEN, adminApi, apiRoutes } from "../_support/admin_api.ts";

const OPEN = "/api/v1/openapi.json";

Deno.test("every path and method of the admin API answers 401 without an admin's bearer, all alike", async () => {
  await using api = await adminApi();
  const answers = new Set<string>();
  const paths = (await apiRoutes()).map(({ pattern }) => pattern.replaceAll(/:\w+/g, "x"));

  for (const path of [...paths, "/api/v1/nothing", "/api/x"]) {
    if (path === OPEN) continue;
    for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]) {
      const request = new Request(`https://gateway.example.com${path}`, { method });
      const { status, text, headers } = await api.raw(request);
      assert.equal(headers.get("www-authenticate"), 'Bearer realm="aerostack"');
      answers.add(`${status} ${text}`);
    }
  }

  assert.deepEqual([...answers], [
    '401 {"error":{"code":"unauthorized","message":"A valid bearer token is required."}}',
  ]);
});

Deno.test("the admin API refuses every wrong bearer in the same words", async () => {
  await using api = await adminApi();
  const wrong = ["", "Bearer", `Basic ${ADMIN_TOKEN}`, `Bearer ${ADMIN_TOKEN}x`];
  const tokens = [newAdminTokenText(), newTokenText("Alice"), "aat_short"];

  for (const authorization of [...wrong, ...tokens.map((token) => `Bearer ${token}`)]) {
    const { status, text } = await api.send("GET", "/status", undefined, { authorization });
    assert.equal(status, 401);
    assert.equal(
      text,
      '{"error":{"code":"unauthorized","message":"A valid bearer token is required."}}',
    );
  }
});

Deno.test("an admin token opens the admin API until it is removed", async () => {
  await using api = await adminApi();
  const { body, status } = await api.send("POST", "/admin-tokens", { name: "deploy script" });
  const authorization = `Bearer ${body.token}`;

  const known = await api.send("GET", "/status", undefined, { authorization });
  const removed = await api.send("DELETE", `/admin-tokens/${body.id}`);
  const unknown = await api.send("GET", "/status", undefined, { authorization });

  assert.equal(status, 201);
  assert.deepEqual(known.body.admin, {
    kind: "token",
    id: body.id,
    name: "deploy script",
    role: "admin",
  });
  assert.deepEqual([removed.status, unknown.status], [204, 401]);
});

Deno.test("a refused request changes nothing", async () => {
  await using api = await adminApi();
  const headers = { authorization: "Bearer wrong" };

  await api.send("POST", "/workspaces", { slug: "engineering" }, headers);

  assert.equal(await api.services.workspaces.findBySlug("engineering"), null);
});

Deno.test("GET /status says who asks, and is kept out of caches", async () => {
  await using api = await adminApi();

  const { status, body, headers } = await api.send("GET", "/status");

  assert.equal(status, 200);
  assert.equal(body.name, "aerostack-gateway");
  assert.match(body.version, /^\d+\.\d+\.\d+/);
  assert.equal(body.publicUrl, "https://gateway.example.com");
  assert.deepEqual(body.admin, {
    kind: "environment",
    id: null,
    name: "AEROSTACK_ADMIN_TOKEN",
    role: "owner",
  });
  assert.equal(headers.get("cache-control"), "no-store");
});
