import assert from "node:assert/strict";
import { App } from "fresh";
import { findOperation } from "../../core/api/find_operation.ts";
import { OPEN_OPERATION, OPERATIONS } from "../../core/api/operations.ts";
import type { State } from "../../define.ts";
import { PAGE_RULES } from "../../routes/(pages)/(_http)/page_rules.ts";
import apiMiddleware from "../../routes/api/_middleware.ts";
import { ADMIN_TOKEN, adminApi, apiRoutes } from "../_support/admin_api.ts";
import { routeFiles } from "./_route_files.ts";

/** Routes that are neither the API nor pages, with who may use them and why. */
const OTHERS: Record<string, string> = {
  "/api/:path*": "every path of the API that there is not: 401, then 404",
  "/.well-known/:path*": "anyone: says in JSON that there is no OAuth here",
  "/register": "anyone: the same",
  "/healthz": "anyone: says that the process lives, and nothing else",
  "/readyz": "anyone: says which of a few checks fail",
  "/metrics": "an admin's bearer, from a viewer on",
  "/ws/:slug/sse": "members of that workspace",
  "/ws/:slug/mcp": "members of that workspace",
  "/ws/:slug/servers/:server/sse": "members of that workspace",
  "/ws/:slug/servers/:server/mcp": "members of that workspace",
};

Deno.test("every route file is covered by a rule, and every rule has its route", async () => {
  const patterns = (await routeFiles()).map(({ pattern }) => pattern);
  const operations = [...OPERATIONS, OPEN_OPERATION].map(({ path }) =>
    `/api/v1${path.replaceAll(/\{(\w+)\}/g, ":$1")}`
  );

  const ruled = new Set([...operations, ...Object.keys(PAGE_RULES), ...Object.keys(OTHERS)]);

  assert.deepEqual(patterns.toSorted(), [...ruled].sort());
  assert.ok(patterns.length > 30);
});

Deno.test("every method of every file of the admin API is covered by a rule", async () => {
  for (const { pattern, handler } of await apiRoutes()) {
    for (const method of handler.methods) {
      const rule = findOperation(method, pattern);
      assert.ok(rule !== null && rule !== "method", `${method} ${pattern} has no rule`);
    }
  }
});

Deno.test("what only reads needs a viewer; admins, keys and arguments are the owners'; nothing else is open", () => {
  for (const { method, path, role } of OPERATIONS) {
    const where = `${method} ${path}`;
    if (/^\/me(\/|$)/.test(path)) assert.equal(role, "member", where);
    else if (method !== "GET") assert.ok(role === "admin" || role === "owner", where);
    else if (!isForOwners(method, path)) assert.ok(role === "viewer" || role === "admin", where);
    assert.equal(role === "owner", isForOwners(method, path), where);
  }
});

/** What owners alone do: manage admins and keys, and all that has to do with arguments. */
function isForOwners(method: string, path: string): boolean {
  if (/\/(argument-logging|arguments)$/.test(path)) return true;
  return /^\/(admin-tokens|keys)/.test(path) && method !== "GET";
}

Deno.test("a route of the API that is in no rule is refused, even to an owner", async () => {
  await using api = await adminApi();
  let wasReached = false;
  const app = new App<State>().use((ctx) => {
    ctx.state.services = api.services;
    return ctx.next();
  });
  app.use("/api", ...apiMiddleware);
  app.all("/api/v1/forgotten", () => {
    wasReached = true;
    return new Response("open");
  });

  const ask = (headers: HeadersInit) =>
    app.handler()(new Request("https://gateway.example.com/api/v1/forgotten", { headers }));

  assert.equal((await ask({ authorization: `Bearer ${ADMIN_TOKEN}` })).status, 404);
  assert.equal((await ask({})).status, 401);
  assert.equal(wasReached, false);
});
