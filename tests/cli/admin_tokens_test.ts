import assert from "node:assert/strict";
import { listOf } from "./_answers.ts";
import { aerostack } from "./_command.ts";
import { startStub } from "./_stub_gateway.ts";

const ADMIN_TOKEN = {
  id: "adm_0123456789abcdefghij",
  name: "Bob Lee",
  role: "viewer",
  visibleStart: "aat_Ab3d",
  createdAt: "2026-11-01T10:00:00.000Z",
  expiresAt: null,
};
const TEXT = "aat_Ab3dEf6hIj9lMn2pQr5tUv8xYz1bCd4fGh7";
const ANSWERS = {
  "POST /admin-tokens": { status: 201, body: { ...ADMIN_TOKEN, token: TEXT } },
  "GET /admin-tokens": { body: listOf(ADMIN_TOKEN) },
  [`DELETE /admin-tokens/${ADMIN_TOKEN.id}`]: { status: 204 },
};

Deno.test("admin token create shows the token once; list and revoke name it by its id", async () => {
  await using stub = startStub(ANSWERS);
  const env = { AEROSTACK_URL: stub.url, AEROSTACK_TOKEN: "aat_test" };

  const created = await aerostack([
    "admin",
    "token",
    "create",
    "--name",
    "Bob Lee",
    "--role",
    "viewer",
  ], {
    env,
  });
  const listed = await aerostack(["admin", "token", "list"], { env });
  const revoked = await aerostack(["admin", "token", "revoke", ADMIN_TOKEN.id], { env });

  assert.deepEqual([created.code, listed.code, revoked.code], [0, 0, 0]);
  assert.ok(created.out.includes(TEXT));
  assert.match(created.out, /not be shown again/);
  assert.deepEqual(stub.seen[0]?.body, { name: "Bob Lee", role: "viewer" });
  assert.match(listed.out, /^ID .*STARTS WITH {2}NAME {5}ROLE {4}ENDS {3}CREATED\nadm_/);
});
