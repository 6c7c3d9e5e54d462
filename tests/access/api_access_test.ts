import assert from "node:assert/strict";
import { isAtLeast } from "../../core/admins/role.ts";
import { findOperation } from "../../core/api/find_operation.ts";
import type { Operation } from "../../core/api/operation.ts";
import { accessWorld, ROLE_OF_BEARER, statusOf } from "./_callers.ts";
import { routeFiles } from "./_route_files.ts";

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

/** Who is let in as a member; an operation of the API is for any workspace's. */
const MEMBERS = ["member", "member of another workspace"];

/** What a caller gets: the refusal, or `null` for being let in. */
function refusalFor(role: Operation["role"], caller: string): number | null {
  if (role === "anyone") return null;
  if (role === "member") return MEMBERS.includes(caller) ? null : 401;
  const own = ROLE_OF_BEARER[caller];
  if (own === undefined) return 401;
  return isAtLeast(own, role) ? null : 403;
}

Deno.test("every caller at every endpoint and method of the API gets what its rule says", async () => {
  await using world = await accessWorld();
  const { app, callers } = world;
  const patterns = (await routeFiles()).map(({ pattern }) => pattern)
    .filter((pattern) => pattern.startsWith("/api/"));
  let asked = 0;

  for (const pattern of patterns) {
    // What does not exist: so whoever is let in changes nothing.
    const path = pattern.replaceAll(/:\w+\*?/g, "x0");
    for (const method of METHODS) {
      const rule = findOperation(method, pattern);
      const role = rule === null || rule === "method" ? "viewer" : rule.role;

      for (const [caller, headers] of Object.entries(callers)) {
        const { status } = await statusOf(app, method, path, headers);
        const where = `${caller}: ${method} ${path}`;
        const wanted = refusalFor(role, caller);
        asked += 1;
        if (wanted !== null) assert.equal(status, wanted, where);
        else if (rule === null) assert.equal(status, 404, where);
        else if (rule === "method") assert.equal(status, 405, where);
        else assert.ok(status !== 401 && status !== 403 && status < 500, `${where}: ${status}`);
      }
    }
  }

  assert.ok(asked > 2_000);
});

Deno.test("a viewer reads everything and changes nothing; an admin manages no admins", async () => {
  await using world = await accessWorld();
  const { app, callers } = world;
  const send = async (caller: string, method: string, path: string, json?: unknown) => {
    const headers = new Headers(callers[caller]);
    if (json !== undefined) headers.set("content-type", "application/json");
    const body = json === undefined ? undefined : JSON.stringify(json);
    const response = await app.ask(`/api/v1${path}`, { method, headers, body });
    await response.body?.cancel();
    return response.status;
  };

  assert.equal(await send("viewer", "GET", "/workspaces/team/calls"), 200);
  assert.equal(await send("viewer", "GET", "/workspaces/team/analytics"), 200);
  assert.equal(await send("viewer", "POST", "/workspaces", { slug: "mine" }), 403);
  assert.equal(await send("viewer", "DELETE", "/workspaces/other"), 403);
  assert.equal(await send("admin", "POST", "/workspaces", { slug: "mine" }), 201);
  assert.equal(await send("admin", "POST", "/admin-tokens", { name: "x", role: "viewer" }), 403);
  assert.equal(await send("owner", "POST", "/admin-tokens", { name: "x", role: "owner" }), 201);
  assert.equal(await app.services.workspaces.findBySlug("other") === null, false);
});
