import assert from "node:assert/strict";
import { MAX_ADMIN_TOKENS } from "../../core/admins/admin_token_store.ts";
import { createAdminToken } from "../../core/admins/create_admin_token.ts";
import { type RunningApp, startApp } from "../_support/app.ts";

const FIELDS = { name: "My laptop", days: "90" };

/** Looks for a whole token, not only its visible start. */
const TOKEN = /aat_[0-9A-Za-z]{34}/;

async function countTokens(app: RunningApp): Promise<number> {
  const { items } = await app.services.admins.tokens.list({ limit: 200, cursor: null });
  return items.length;
}

Deno.test("the form makes a token that opens the API, and shows it this once", async () => {
  await using app = await startApp();
  const cookie = await app.signIn();

  const made = await app.submit("/admin-tokens", { cookie, fields: FIELDS });
  const html = await made.text();
  const token = TOKEN.exec(html)?.[0] ?? "";
  const status = await app.ask("/api/v1/status", { headers: { authorization: `Bearer ${token}` } });
  const later = await app.ask("/admin-tokens", { headers: { cookie } });

  assert.equal(made.status, 200);
  assert.equal(made.headers.get("location"), null);
  assert.equal(made.headers.get("cache-control"), "no-store");
  assert.ok(html.includes(`aerostack login --url ${app.origin}`));
  assert.deepEqual((await status.json()).admin, { kind: "token", name: "My laptop" });
  const list = await later.text();
  assert.match(list, /My laptop/);
  assert.doesNotMatch(list, TOKEN);
});

Deno.test("a token ends when the form says", async () => {
  await using app = await startApp();
  const cookie = await app.signIn();

  for (const days of ["30", "never"]) {
    const response = await app.submit("/admin-tokens", { cookie, fields: { name: days, days } });
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

  const response = await app.submit("/admin-tokens", { fields: FIELDS });

  assert.equal(response.headers.get("location"), "/sign-in");
  assert.equal(await countTokens(app), 0);
  await response.body?.cancel();
});

Deno.test("a form with a value that is not valid is shown again with the reason", async () => {
  await using app = await startApp();
  const cookie = await app.signIn();
  const wrong: [Record<string, string>, RegExp][] = [
    [{ name: "  ", days: "90" }, /must have 1 to 100 characters/],
    [{ name: "x".repeat(101), days: "90" }, /must have 1 to 100 characters/],
    [{ days: "90" }, /&quot;name&quot; is missing|"name" is missing/],
    [{ name: "x", days: "1000" }, /days/],
    [{ name: "x" }, /days/],
    [{ ...FIELDS, admin: "yes" }, /There is no field/],
  ];

  for (const [fields, reason] of wrong) {
    const response = await app.submit("/admin-tokens", { cookie, fields });
    assert.equal(response.status, 400, JSON.stringify(fields));
    assert.match(/role="alert">(.*?)<\/p>/s.exec(await response.text())?.[1] ?? "", reason);
  }
  assert.equal(await countTokens(app), 0);
});

Deno.test("a form that is none is refused", async () => {
  await using app = await startApp();
  const cookie = await app.signIn();
  const post = (contentType: string, body: string) =>
    app.ask("/admin-tokens", {
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
    await createAdminToken(app.services, { name: `token ${made}` });
  }

  const response = await app.submit("/admin-tokens", { cookie, fields: FIELDS });

  assert.equal(response.status, 422);
  assert.match(await response.text(), /remove one that nobody uses/);
});
