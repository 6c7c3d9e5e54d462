import { AN_ADMIN } from "../_support/core.ts";
import assert from "node:assert/strict";
import { MAX_ADMIN_TOKENS } from "../../core/admins/admin_token_store.ts";
import { createAdminToken } from "../../core/admins/create_admin_token.ts";
import { type RunningApp, startApp } from "../_support/app.ts";

const FIELDS = { intent: "make", name: "My laptop", role: "admin", days: "90" };

/** Looks for a whole token, not only its visible start. */
const TOKEN = /aat_[0-9A-Za-z]{34}/;

async function countTokens(app: RunningApp): Promise<number> {
  const { items } = await app.services.admins.tokens.list({ limit: 200, cursor: null });
  return items.length;
}

Deno.test("the form makes a token that opens the API, and shows it this once", async () => {
  await using app = await startApp();
  const cookie = await app.signIn();

  const made = await app.submit("/settings/tokens", { cookie, fields: FIELDS });
  const html = await made.text();
  const token = TOKEN.exec(html)?.[0] ?? "";
  const status = await app.ask("/api/v1/status", { headers: { authorization: `Bearer ${token}` } });
  const later = await app.ask("/settings/tokens", { headers: { cookie } });

  assert.equal(made.status, 200);
  assert.equal(made.headers.get("location"), null);
  assert.equal(made.headers.get("cache-control"), "no-store");
  assert.ok(html.includes(`aerostack login --url ${app.origin}`));
  const { kind, name } = (await status.json()).admin;
  assert.deepEqual({ kind, name }, { kind: "token", name: "My laptop" });
  const list = await later.text();
  assert.match(list, /My laptop/);
  assert.doesNotMatch(list, TOKEN);
});

Deno.test("a token ends when the form says", async () => {
  await using app = await startApp();
  const cookie = await app.signIn();

  for (const days of ["30", "never"]) {
    const response = await app.submit("/settings/tokens", {
      cookie,
      fields: { ...FIELDS, name: days, days },
    });
    await response.body?.cancel();
  }

  const { items } = await app.services.admins.tokens.list({ limit: 10, cursor: null });
  const ends = new Map(items.map(({ name, expiresAt }) => [name, expiresAt]));
  assert.equal(ends.get("never"), null);
  const days = (Date.parse(ends.get("30") ?? "") - Date.now()) / 86_400_000;
  assert.ok(days > 29.9 && days <= 30);
});

Deno.test("nobody makes a token without a session", async () => {
  await using app = await startApp();

  const response = await app.submit("/settings/tokens", { fields: FIELDS });

  assert.equal(response.headers.get("location"), "/sign-in");
  assert.equal(await countTokens(app), 0);
  await response.body?.cancel();
});

Deno.test("a value that is not valid is said at its field, and what was typed is kept", async () => {
  await using app = await startApp();
  const cookie = await app.signIn();
  const wrong: [Record<string, string>, string, RegExp][] = [
    [{ name: "  " }, "make-name", /must have 1 to 100 characters/],
    [{ name: "x".repeat(101) }, "make-name", /must have 1 to 100 characters/],
    [{ role: "king" }, "make-role", /viewer.*admin.*owner/],
    [{ days: "1000" }, "make-days", /must be one of those that are listed/],
  ];

  for (const [fields, field, reason] of wrong) {
    const response = await app.submit("/settings/tokens", {
      cookie,
      fields: { ...FIELDS, ...fields },
    });
    const html = await response.text();
    assert.equal(response.status, 400, JSON.stringify(fields));
    const said = new RegExp(`id="${field}-problem">([^<]*)<`).exec(html)?.[1] ?? "";
    assert.match(said.replaceAll("&quot;", '"'), reason);
    assert.ok(html.includes(`value="${fields.name ?? FIELDS.name}"`), JSON.stringify(fields));
  }
  assert.equal(await countTokens(app), 0);
});

Deno.test("a token is revoked by its name, and opens nothing from then on", async () => {
  await using app = await startApp();
  const cookie = await app.signIn();
  const { id, token } = await createAdminToken(app.services, AN_ADMIN, { name: "ci <1>" });
  const revoke = (confirm: string, of: string = id) =>
    app.submit("/settings/tokens", { cookie, fields: { intent: "revoke", of, confirm } });

  const wrong = await revoke("ci");
  const unknown = await revoke("ci <1>", "adm_00000000000000000000");
  const right = await revoke("ci <1>");
  const status = await app.ask("/api/v1/status", { headers: { authorization: `Bearer ${token}` } });

  assert.equal(wrong.status, 400);
  assert.match(await wrong.text(), /Type exactly ci &lt;1> to confirm|Type exactly ci &lt;1&gt;/);
  assert.equal(unknown.status, 404);
  assert.equal(right.headers.get("location"), "/settings/tokens");
  assert.equal(status.status, 401);
  assert.equal(await countTokens(app), 0);
  await Promise.all([unknown, right, status].map((response) => response.body?.cancel()));
});

Deno.test("an admin sees the tokens, and makes and revokes none", async () => {
  await using app = await startApp();
  const { id } = await createAdminToken(app.services, AN_ADMIN, { name: "ci" });
  const cookie = await app.signIn("admin");

  const page = await app.ask("/settings/tokens", { headers: { cookie } });
  const made = await app.submit("/settings/tokens", { cookie, fields: FIELDS });
  const fields = { intent: "revoke", of: id, confirm: "ci" };
  const revoked = await app.submit("/settings/tokens", { cookie, fields });

  const html = await page.text();
  assert.match(html, /<strong>ci<\/strong>/);
  assert.doesNotMatch(html, /name="intent"/);
  assert.deepEqual([made.status, revoked.status], [403, 403]);
  assert.equal(await countTokens(app), 1);
  await Promise.all([made, revoked].map((response) => response.body?.cancel()));
});

Deno.test("a form that is none is refused", async () => {
  await using app = await startApp();
  const cookie = await app.signIn();
  const post = (contentType: string, body: string) =>
    app.ask("/settings/tokens", {
      method: "POST",
      headers: { cookie, origin: app.origin, "content-type": contentType },
      body,
    });

  const json = await post("application/json", JSON.stringify(FIELDS));
  const huge = await post("application/x-www-form-urlencoded", `name=${"x".repeat(65 * 1024)}`);

  assert.equal(json.status, 415);
  assert.match(await json.text(), /Only forms are read here/);
  assert.equal(huge.status, 413);
  assert.match(await huge.text(), /larger than 64 KiB/);
});

Deno.test("past the limit the form says what to do", async () => {
  await using app = await startApp();
  const cookie = await app.signIn();
  for (let made = 0; made < MAX_ADMIN_TOKENS; made++) {
    await createAdminToken(app.services, AN_ADMIN, { name: `token ${made}` });
  }

  const response = await app.submit("/settings/tokens", { cookie, fields: FIELDS });

  assert.equal(response.status, 422);
  assert.match(await response.text(), /remove one that nobody uses/);
});
