import assert from "node:assert/strict";
import { authenticateBearer, authenticateSession } from "../../core/admins/authenticate_admin.ts";
import { createAdminToken } from "../../core/admins/create_admin_token.ts";
import { removeAdminToken } from "../../core/admins/remove_admin_token.ts";
import { newAdminTokenText, newTokenText } from "../../core/tokens/token_text.ts";
import { AN_ADMIN, type TestCore, testCore } from "../_support/core.ts";

const HOUR_MS = 3_600_000;

/** The text of a session that begins now. */
async function signIn({ admins: { sessions }, now }: TestCore): Promise<string> {
  const text = await sessions.signIn(await sessions.createSignInLink(AN_ADMIN, now()), now());
  assert.ok(text !== null);
  return text;
}

Deno.test("authenticateBearer() knows the environment's token and admins' tokens", async () => {
  using core = await testCore();
  const { id, token } = await createAdminToken(core, AN_ADMIN, { name: "deploy script" });

  const byVariable = await authenticateBearer(core, `Bearer ${core.config.adminToken}`);
  const byToken = await authenticateBearer(core, `bearer ${token}`);

  assert.deepEqual(byVariable, {
    kind: "environment",
    id: null,
    name: "AEROSTACK_ADMIN_TOKEN",
    role: "owner",
  });
  assert.deepEqual(byToken, { kind: "token", id, name: "deploy script", role: "admin" });
});

Deno.test("authenticateBearer() refuses everything else", async () => {
  using core = await testCore();
  const { token } = await createAdminToken(core, AN_ADMIN, { name: "deploy script" });
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
  const first = await createAdminToken(core, AN_ADMIN, { name: "one hour", expiresAt });
  const second = await createAdminToken(core, AN_ADMIN, { name: "for ever" });

  core.advance(HOUR_MS);
  assert.equal(await authenticateBearer(core, `Bearer ${first.token}`), null);

  assert.notEqual(await authenticateBearer(core, `Bearer ${second.token}`), null);
  await removeAdminToken(core, AN_ADMIN, second.id);
  assert.equal(await authenticateBearer(core, `Bearer ${second.token}`), null);
  await assert.rejects(removeAdminToken(core, AN_ADMIN, second.id), { code: "not_found" });
  await assert.rejects(removeAdminToken(core, AN_ADMIN, "x".repeat(5_000)), { code: "not_found" });
});

Deno.test("the 101st admin token is refused", async () => {
  using core = await testCore();
  for (let at = 0; at < 100; at++) await createAdminToken(core, AN_ADMIN, { name: `number ${at}` });

  await assert.rejects(createAdminToken(core, AN_ADMIN, { name: "one more" }), {
    code: "limit_reached",
    message: /100 admin tokens/,
  });
});

Deno.test("a session lasts 12 hours, unless it is ended", async () => {
  using core = await testCore();
  const { sessions } = core.admins;
  const text = await signIn(core);
  const ended = await signIn(core);
  await sessions.end(ended, core.now());

  const admin = await authenticateSession(core, text);
  assert.deepEqual({ ...admin, id: "" }, { kind: "session", id: "", name: "admin", role: "owner" });
  assert.match(String(admin?.id), /^ses_[0-9a-z]{20}$/);
  for (const wrong of [ended, null, undefined, "", "x".repeat(43), "x".repeat(5_000)]) {
    assert.equal(await authenticateSession(core, wrong), null);
  }
  core.advance(12 * HOUR_MS);
  assert.equal(await authenticateSession(core, text), null);
});

Deno.test("a sign-in link works once, whoever races for it, and for an hour", async () => {
  using core = await testCore();
  const { sessions } = core.admins;
  const link = await sessions.createSignInLink(AN_ADMIN, core.now());
  const late = await sessions.createSignInLink(AN_ADMIN, core.now());

  const used = await Promise.all(
    Array.from({ length: 5 }, () => sessions.signIn(link, core.now())),
  );
  core.advance(HOUR_MS);

  assert.equal(used.filter((text) => text !== null).length, 1);
  assert.equal(await sessions.signIn(link, core.now()), null);
  assert.equal(await sessions.signIn(late, core.now()), null);
  assert.equal(await sessions.signIn("x", core.now()), null);
});

Deno.test("the store holds no text of a session, a link or an admin token", async () => {
  using core = await testCore();
  const { sessions } = core.admins;
  const texts = [
    await signIn(core),
    await sessions.createSignInLink(AN_ADMIN, core.now()),
    (await createAdminToken(core, AN_ADMIN, { name: "deploy" })).token,
  ];

  const entries = await Array.fromAsync(core.kv.list({ prefix: [] }));

  const dump = Deno.inspect(entries, { depth: 9, strAbbreviateSize: 99_999 });
  for (const text of texts) assert.ok(!dump.includes(text));
});

Deno.test("removeAdminToken() repeats no more of a token than lists show", async () => {
  using core = await testCore();
  const { token, visibleStart } = await createAdminToken(core, AN_ADMIN, { name: "Bob" });

  for (const which of [token, `Bearer ${token}`]) {
    await assert.rejects(removeAdminToken(core, AN_ADMIN, which), (error: Error) => {
      assert.ok(error.message.includes(`${visibleStart}…`));
      assert.ok(!error.message.includes(token.slice(0, visibleStart.length + 1)));
      return true;
    });
  }
});
