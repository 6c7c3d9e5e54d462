import assert from "node:assert/strict";
import { accessWorld, ROLE_OF_BEARER, statusOf } from "./_callers.ts";

Deno.test("anyone may ask whether the process lives and is ready", async () => {
  await using world = await accessWorld();
  const { app, callers } = world;

  for (const path of ["/healthz", "/readyz"]) {
    for (const [caller, headers] of Object.entries(callers)) {
      assert.equal((await statusOf(app, "GET", path, headers)).status, 200, `${caller}: ${path}`);
    }
  }
});

Deno.test("metrics are for admins with a bearer; everybody else is refused alike", async () => {
  await using world = await accessWorld();
  const { app, callers } = world;

  for (const [caller, headers] of Object.entries(callers)) {
    const response = await app.ask("/metrics", { headers });
    const text = await response.text();
    const isAdmin = Object.hasOwn(ROLE_OF_BEARER, caller);
    assert.equal(response.status, isAdmin ? 200 : 401, caller);
    assert.equal(response.headers.get("cache-control"), "no-store", caller);
    const challenge = isAdmin ? null : 'Bearer realm="aerostack"';
    assert.equal(response.headers.get("www-authenticate"), challenge, caller);
    assert.equal(text.includes("aerostack_"), isAdmin, caller);
  }
});
