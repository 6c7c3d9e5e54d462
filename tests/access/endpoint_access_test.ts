import assert from "node:assert/strict";
import { accessWorld, statusOf } from "./_callers.ts";
import { routeFiles } from "./_route_files.ts";

const METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE"];
const MCP = { accept: "application/json, text/event-stream", "content-type": "application/json" };

Deno.test("every caller but the workspace's own member is refused at its endpoints, all alike", async () => {
  await using world = await accessWorld();
  const { app, callers } = world;
  const endpoints = (await routeFiles()).map(({ pattern }) => pattern)
    .filter((pattern) => pattern.startsWith("/ws/"));
  assert.equal(endpoints.length, 4);

  for (const pattern of endpoints) {
    const path = pattern.replace(":slug", "team").replace(":server", "x0");
    for (const method of METHODS) {
      for (const [caller, headers] of Object.entries(callers)) {
        const { status } = await statusOf(app, method, path, { ...MCP, ...headers });
        const where = `${caller}: ${method} ${path}: ${status}`;
        if (caller === "member") assert.ok(status !== 401 && status !== 403, where);
        else assert.equal(status, 401, where);
      }
    }
  }
});

Deno.test("a browser page of another site is refused at every endpoint, whoever it is", async () => {
  await using world = await accessWorld();
  const { app, callers } = world;

  for (const { pattern } of await routeFiles()) {
    if (!pattern.startsWith("/ws/")) continue;
    const path = pattern.replace(":slug", "team").replace(":server", "x0");
    for (const [caller, headers] of Object.entries(callers)) {
      const foreign = { ...MCP, ...headers, origin: "https://evil.example" };
      const { status } = await statusOf(app, "POST", path, foreign);
      assert.equal(status, 403, `${caller}: ${path}`);
    }
  }
});
