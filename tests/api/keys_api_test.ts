import assert from "node:assert/strict";
import { adminApi } from "../_support/admin_api.ts";
import { someServer } from "../_support/core.ts";

Deno.test("GET /keys says which keys seal how much, and never shows a key", async () => {
  await using api = await adminApi();
  await someServer(api.core);
  await api.send("PUT", "/servers/internal-api/secrets/X-API-Key", { value: "sk-live-1234" });

  const { status, body } = await api.send("GET", "/keys");

  assert.equal(status, 200);
  assert.deepEqual(body.keys, [{
    id: "default",
    isLoaded: true,
    isPrimary: true,
    state: "unknown",
    sealed: 1,
    isRemovable: false,
    sessionsUntil: null,
  }]);
  assert.deepEqual([body.isRotating, body.unreadable], [false, []]);
  assert.match(body.next[0], /^Nothing to do/);
});

Deno.test("POST /keys/rotation begins, also when there is nothing to do", async () => {
  await using api = await adminApi();

  const first = await api.send("POST", "/keys/rotation");
  const second = await api.send("POST", "/keys/rotation");

  assert.deepEqual([first.status, second.status], [202, 202]);
});
