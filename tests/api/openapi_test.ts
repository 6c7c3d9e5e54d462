import assert from "node:assert/strict";
import { INPUT_EXAMPLES, OUTPUT_EXAMPLES } from "../../core/api/examples.ts";
import { openApiDocument } from "../../core/api/openapi.ts";
import { INPUTS, OUTPUTS } from "../../core/api/schemas.ts";
import { adminApi, apiRoutes } from "../_support/admin_api.ts";

Deno.test("every route file and method of the admin API is in the document, and vice versa", async () => {
  await using api = await adminApi();
  const { body } = await api.send("GET", "/openapi.json");

  const routed = (await apiRoutes()).flatMap(({ pattern, handler }) =>
    handler.methods.map((method) => `${method} ${pattern}`)
  );
  const described = Object.entries<object>(body.paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method.toUpperCase()} /api/v1${asPattern(path)}`)
  );

  assert.deepEqual(described.sort(), routed.sort());
  assert.ok(routed.length > 20);
});

Deno.test("GET /openapi.json needs no bearer", async () => {
  await using api = await adminApi();

  const request = new Request("https://gateway.example.com/api/v1/openapi.json");
  const { status, body } = await api.raw(request);

  assert.equal(status, 200);
  assert.equal(body.openapi, "3.1.0");
  assert.deepEqual(body.servers, [{ url: "https://gateway.example.com/api/v1" }]);
});

Deno.test("every reference of the document leads somewhere, and every schema is referred to", () => {
  const document = openApiDocument("https://gateway.example.com");
  const text = JSON.stringify(document);
  const { schemas } = Object(document.components);

  const named = [...text.matchAll(/#\/components\/schemas\/(\w+)/g)].map(([, name]) => name);

  assert.deepEqual([...new Set(named)].sort(), Object.keys(schemas).sort());
});

Deno.test("every operation describes its answers and errors with examples", () => {
  const { paths } = openApiDocument("https://gateway.example.com");
  const ids = new Set<string>();

  for (const item of Object.values(Object(paths))) {
    for (const operation of Object.values(Object(item))) {
      const { operationId, responses, security } = Object(operation);
      assert.ok(!ids.has(operationId), operationId);
      ids.add(operationId);
      if (security !== undefined) continue;
      for (const status of ["401", "500"]) assert.ok(status in responses, operationId);
      for (const answer of Object.values(Object(responses))) checkExample(Object(answer));
    }
  }
});

Deno.test("every example in the document fits its schema", () => {
  for (const [name, schema] of Object.entries(INPUTS)) {
    schema.parse(Object(INPUT_EXAMPLES)[name]);
  }
  for (const [name, schema] of Object.entries(OUTPUTS)) {
    schema.parse(Object(OUTPUT_EXAMPLES)[name]);
  }
});

function asPattern(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ":$1");
}

function checkExample(answer: { content?: Record<string, { example?: unknown }> }): void {
  if (answer.content === undefined) return;
  const [content] = Object.values(answer.content);
  assert.notEqual(content.example, undefined);
}

Deno.test("a body is required in the document where the API requires one", () => {
  const { paths } = openApiDocument("https://gateway.example.com");
  const optional = Object.entries<object>(Object(paths)).flatMap(([path, item]) =>
    Object.entries(item).filter(([, { requestBody }]) => requestBody?.required === false)
      .map(([method]) => `${method.toUpperCase()} ${path}`)
  );

  assert.deepEqual(optional.sort(), [
    "POST /webhooks/{webhook}/rotate-secret",
    "POST /workspaces/{slug}/analytics/rebuild",
    "PUT /workspaces/{slug}/argument-logging",
    "PUT /workspaces/{slug}/servers/{server}",
  ]);
});
