import assert from "node:assert/strict";
import { authenticateBearer, authenticateSession } from "../../core/admins/authenticate_admin.ts";
import { createAdminToken } from "../../core/admins/create_admin_token.ts";
import { removeAdminToken } from "../../core/admins/remove_admin_token.ts";
import { newAdminTokenText, newTokenText } from "../../core/tokens/token_text.ts";
import { testCore } from "../_support/core.ts";

const HOUR_MS = 3_600_000;

Deno.test("authenticateBearer() knows the environment's token and admins' tokens", async () => {
  using core = await testCore();
  const { token } = await createAdminToken(core, { name: "deploy script" });

  const byVariable = await authenticateBearer(core, `Bearer ${core.config.adminToken}`);
  const byToken = await authenticateBearer(core, `bearer ${token}`);

  assert.deepEqual(byVariable, { kind: "environment", name: "AEROSTACK_ADMIN_TOKEN" });
  assert.deepEqual(byToken, { kind: "token", name: "deploy script" });
});

Deno.test("authenticateBearer() refuses everything else", async () => {
  using core = await testCore();
  const { token } = await createAdminToken(core, { name: "deploy script" });
  const headers = [
    null,
    "",
    "Bearer",
    "Bearer ",
    token,
    `Basic ${token}`,
    `Bearer ${token}x`,
    `Bearer ${token.slice(0, -1)}`,
    `Bearer ${token} ${token}`,
    `Bearer ${newAdminTokenText()}`,
    `Bearer ${newTokenText("Alice")}`,
    `Bearer ${core.config.adminToken.slice(0, -1)}`,
    `Bearer ${core.config.adminToken}x`,
    `Bearer ${core.config.adminToken.toUpperCase()}`,
    "Bearer null",
  ];

  for (const header of headers) {
    assert.equal(await authenticateBearer(core, header), null, String(header));
  }
});

Deno.test("authenticateBearer() has no environment token when none is set", async () => {
  using core = await testCore();
  const unset = { ...core, config: { adminToken: null } };

  for (const bearer of [core.config.adminToken, "null", "undefined"]) {
    assert.equal(await authenticateBearer(unset, `Bearer ${bearer}`), null);
  }
});

Deno.test("an admin token ends with its expiry, and with its removal", async () => {
  using core = await testCore();
  const expiresAt = new Date(core.now().getTime() + HOUR_MS).toISOString();
  const first = await createAdminToken(core, { name: "one hour", expiresAt });
  const second = await createAdminToken(core, { name: "for ever" });

  core.advance(HOUR_MS);
  assert.equal(await authenticateBearer(core, `Bearer ${first.token}`), null);

  assert.notEqual(await authenticateBearer(core, `Bearer ${second.token}`), null);
  await removeAdminToken(core, second.id);
  assert.equal(await authenticateBearer(core, `Bearer ${second.token}`), null);
  await assert.rejects(removeAdminToken(core, second.id), { code: "not_found" });
  await assert.rejects(removeAdminToken(core, "x".repeat(5_000)), { code: "not_found" });
});

Deno.test("the 101st admin token is refused", async () => {
  using core = await testCore();
  for (let at = 0; at < 100; at++) await createAdminToken(core, { name: `number ${at}` });

  await assert.rejects(createAdminToken(core, { name: "one more" }), {
    code: "limit_reached",
    message: /100 admin tokens/,
  });
});

Deno.test("a session lasts 12 hours, unless it is ended", async () => {
  using core = await testCore();
  const { sessions } = core.admins;
  const text = await sessions.create("Alice", core.now());
  const ended = await sessions.create("Bob", core.now());
  await sessions.remove(ended);

  assert.deepEqual(await authenticateSession(core, text), { kind: "session", name: "Alice" });
  for (const wrong of [ended, null, undefined, "", "x".repeat(43), "x".repeat(5_000)]) {
    assert.equal(await authenticateSession(core, wrong), null);
  }
  core.advance(12 * HOUR_MS);
  assert.equal(await authenticateSession(core, text), null);
});

Deno.test("a sign-in link works once, whoever races for it, and for an hour", async () => {
  using core = await testCore();
  const { sessions } = core.admins;
  const link = await sessions.createSignInLink(core.now());
  const late = await sessions.createSignInLink(core.now());

  const used = await Promise.all(
    Array.from({ length: 5 }, () => sessions.consumeSignInLink(link, core.now())),
  );
  core.advance(HOUR_MS);

  assert.deepEqual(used.filter((one) => one), [true]);
  assert.equal(await sessions.consumeSignInLink(link, core.now()), false);
  assert.equal(await sessions.consumeSignInLink(late, core.now()), false);
  assert.equal(await sessions.consumeSignInLink("x", core.now()), false);
});

Deno.test("the store holds no text of a session, a link or an admin token", async () => {
  using core = await testCore();
  const { sessions } = core.admins;
  const texts = [
    await sessions.create("Alice", core.now()),
    await sessions.createSignInLink(core.now()),
    (await createAdminToken(core, { name: "deploy" })).token,
  ];

  const entries = await Array.fromAsync(core.kv.list({ prefix: [] }));

  const dump = Deno.inspect(entries, { depth: 9, strAbbreviateSize: 99_999 });
  for (const text of texts) assert.ok(!dump.includes(text));
});
