import assert from "node:assert/strict";
import { createAdminToken } from "../../core/admins/create_admin_token.ts";
import { createToken } from "../../core/tokens/create_token.ts";
import { revokeToken } from "../../core/tokens/revoke_token.ts";
import { newTokenText } from "../../core/tokens/token_text.ts";
import { TokenInput } from "../../core/tokens/token.ts";
import { AN_ADMIN, someWorkspace, START, testCore } from "../_support/core.ts";

Deno.test("revokeToken() takes an id, a visible start, a listed start with dots, or the whole text", async () => {
  using core = await testCore();
  await someWorkspace(core);
  const names = ["Alice", "Bob", "Carol", "Dan"];
  const [byId, byStart, byDots, byText] = await Promise.all(
    names.map((name) => createToken(core, AN_ADMIN, "engineering", { name })),
  );

  for (const which of [byId.id, byStart.visibleStart, `${byDots.visibleStart}…`, byText.token]) {
    const view = await revokeToken(core, AN_ADMIN, "engineering", which);
    assert.equal(view.status, "revoked");
    assert.equal(view.revokedAt, START.toISOString());
  }
});

Deno.test("revokeToken() asks which one when a start fits several", async () => {
  using core = await testCore();
  await someWorkspace(core);
  const first = await createToken(core, AN_ADMIN, "engineering", { name: "Alice Chen" });
  const second = await createToken(core, AN_ADMIN, "engineering", { name: "Alice Brown" });

  await assert.rejects(revokeToken(core, AN_ADMIN, "engineering", "mwt_alice"), (error: Error) => {
    assert.match(error.message, /fits 2 tokens/);
    assert.ok(error.message.includes(`${first.id} (Alice Chen)`));
    assert.ok(error.message.includes(`${second.id} (Alice Brown)`));
    return true;
  });
});

Deno.test("revokeToken() means the live one of several", async () => {
  using core = await testCore();
  await someWorkspace(core);
  const gone = await createToken(core, AN_ADMIN, "engineering", { name: "Alice" });
  const live = await createToken(core, AN_ADMIN, "engineering", { name: "Alice" });
  await revokeToken(core, AN_ADMIN, "engineering", gone.id);

  const view = await revokeToken(core, AN_ADMIN, "engineering", "mwt_alice");

  assert.equal(view.id, live.id);
});

Deno.test("revokeToken() does not reach into another workspace", async () => {
  using core = await testCore();
  await someWorkspace(core);
  await someWorkspace(core, "sales");
  const foreign = await createToken(core, AN_ADMIN, "sales", { name: "Bob" });

  for (const which of [foreign.id, foreign.visibleStart, foreign.token]) {
    await assert.rejects(revokeToken(core, AN_ADMIN, "engineering", which), { code: "not_found" });
  }
});

Deno.test("revokeToken() repeats no more of a token than lists show", async () => {
  using core = await testCore();
  await someWorkspace(core);
  const text = newTokenText("Al");

  for (const which of [text, text.slice(0, -2), `Bearer ${text}`]) {
    await assert.rejects(revokeToken(core, AN_ADMIN, "engineering", which), (error: Error) => {
      assert.ok(error.message.includes(text.slice(0, 11)));
      assert.ok(!error.message.includes(text.slice(0, 12)));
      return true;
    });
  }
});

Deno.test("createToken() refuses an expiry in the past", async () => {
  using core = await testCore();
  await someWorkspace(core);
  const input = { name: "Alice", expiresAt: "2020-01-01T00:00:00Z" };

  await assert.rejects(createToken(core, AN_ADMIN, "engineering", input), {
    code: "invalid_input",
    field: "expiresAt",
    message: /2020-01-01/,
  });
});

Deno.test("no token gets an expiry that its record could not be read with", async () => {
  using core = await testCore();
  await someWorkspace(core);
  const { expiresAt } = TokenInput.parse({ name: "A", expiresAt: "9999-12-31T23:59:59-12:00" });
  const refused = { code: "invalid_input", field: "expiresAt", message: /year 9999/ };

  await assert.rejects(
    createToken(core, AN_ADMIN, "engineering", { name: "Alice", expiresAt }),
    refused,
  );
  await assert.rejects(createAdminToken(core, AN_ADMIN, { name: "Bob", expiresAt }), refused);
  const last = { name: "Alice", expiresAt: "9999-12-31T23:59:59.999Z" };
  await createToken(core, AN_ADMIN, "engineering", last);

  const page = await core.admins.tokens.list({ limit: 10, cursor: null });
  const workspace = await core.workspaces.findBySlug("engineering");
  assert.ok(workspace !== null);
  assert.equal((await core.tokens.listAll(workspace.id)).length, 1);
  assert.deepEqual(page.items, []);
});

Deno.test("createToken() keeps an expiry in UTC, and the token ends with it", async () => {
  using core = await testCore();
  await someWorkspace(core);
  const input = { name: "Alice", expiresAt: "2026-11-22T11:00:00+01:00" };

  const { expiresAt, status } = await createToken(core, AN_ADMIN, "engineering", input);

  assert.equal(expiresAt, "2026-11-22T10:00:00.000Z");
  assert.equal(status, "active");
});
