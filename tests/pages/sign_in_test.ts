import { AN_ADMIN } from "../_support/core.ts";
import assert from "node:assert/strict";
import { startApp } from "../_support/app.ts";

/** A redirect's target, without reading further. */
async function target(response: Response): Promise<string | null> {
  await response.body?.cancel();
  return response.headers.get("location");
}

Deno.test("a sign-in link opens the dashboard once", async () => {
  await using app = await startApp();
  const link = await app.signInLink();

  const first = await app.submit(link);
  const second = await app.submit(link);

  assert.equal(first.status, 303);
  assert.equal(await target(first), "/");
  assert.match(first.headers.get("set-cookie") ?? "", /^aerostack=[0-9A-Za-z]{43}; /);
  assert.equal(second.status, 410);
  assert.equal(second.headers.get("set-cookie"), null);
  assert.match(await second.text(), /does not work any more.*deno task sign-in/s);
});

Deno.test("a sign-in link ends the session that its browser had before, and no other", async () => {
  await using app = await startApp();
  const [here, elsewhere] = [await app.signIn(), await app.signIn("viewer")];

  const response = await app.submit(await app.signInLink("admin"), { cookie: here });
  const now = response.headers.get("set-cookie")?.split(";")[0] ?? "";

  assert.equal(await target(response), "/");
  assert.equal(await target(await app.ask("/", { headers: { cookie: here } })), "/sign-in");
  for (const cookie of [now, elsewhere]) {
    const page = await app.ask("/", { headers: { cookie } });
    assert.equal(page.status, 200);
    await page.body?.cancel();
  }
});

Deno.test("looking at a sign-in link does not use it up", async () => {
  await using app = await startApp();
  const link = await app.signInLink();

  for (const method of ["GET", "HEAD", "GET"]) {
    const preview = await app.ask(link, { method });
    assert.equal(preview.status, 200);
    assert.equal(preview.headers.get("set-cookie"), null);
    await preview.body?.cancel();
  }

  assert.equal(await target(await app.submit(link)), "/");
});

Deno.test("of two that race for a sign-in link, one is signed in", async () => {
  await using app = await startApp();
  const link = await app.signInLink();

  const rivals = await Promise.all([app.submit(link), app.submit(link), app.submit(link)]);

  assert.deepEqual(rivals.map(({ status }) => status).sort(), [303, 410, 410]);
  await Promise.all(rivals.map((response) => response.body?.cancel()));
});

Deno.test("a sign-in link that nobody made is refused", async () => {
  await using app = await startApp();
  const { sessions } = app.services.admins;
  const anHourAgo = new Date(Date.now() - 3_600_000);
  const expired = await sessions.createSignInLink(AN_ADMIN, anHourAgo);

  for (const code of ["nonsense", "a".repeat(43), "%00", expired]) {
    const response = await app.submit(`/auth/link/${code}`);
    assert.equal(response.status, 410, code);
    assert.equal(response.headers.get("set-cookie"), null);
    await response.body?.cancel();
  }
});

Deno.test("the session's cookie is for this host alone, and for https where there is https", async () => {
  await using plain = await startApp();
  await using secure = await startApp({ AEROSTACK_PUBLIC_URL: "https://mcp.example.com" });

  const cookies = [plain, secure].map(async (app) => {
    const response = await app.submit(await app.signInLink());
    await response.body?.cancel();
    return response.headers.get("set-cookie")?.replace(/[0-9A-Za-z]{43}/, "…");
  });

  assert.deepEqual(await Promise.all(cookies), [
    "aerostack=…; Path=/; Max-Age=43200; HttpOnly; SameSite=Lax",
    "__Host-aerostack=…; Path=/; Max-Age=43200; HttpOnly; SameSite=Lax; Secure",
  ]);
});

Deno.test("without a session every page of the dashboard leads to the sign-in page", async () => {
  await using app = await startApp({ AEROSTACK_PUBLIC_URL: "https://mcp.example.com" });
  const text = (await app.signIn()).replace("__Host-aerostack=", "");
  const cookies = [
    "",
    "__Host-aerostack=",
    "__Host-aerostack=nonsense",
    `__Host-aerostack=${"a".repeat(43)}`,
    // Another host of the domain could have set this one.
    `aerostack=${text}`,
    `not__Host-aerostack=${text}`,
  ];

  for (const cookie of cookies) {
    for (const path of ["/", "/settings/tokens"]) {
      const response = await app.ask(path, { headers: { cookie } });
      assert.equal(response.status, 303, cookie);
      assert.equal(await target(response), "/sign-in");
    }
  }
});

Deno.test("a session that is over leads to the sign-in page", async () => {
  await using app = await startApp();
  const longAgo = new Date(Date.now() - 12 * 3_600_000);
  const { sessions } = app.services.admins;
  const text = await sessions.signIn(await sessions.createSignInLink(AN_ADMIN, longAgo), longAgo);

  const response = await app.ask("/", { headers: { cookie: `aerostack=${text}` } });

  assert.equal(await target(response), "/sign-in");
});

Deno.test("the sign-in page says how to get a link, and lets whoever is signed in pass", async () => {
  await using app = await startApp();
  const cookie = await app.signIn();

  const stranger = await app.ask("/sign-in");
  const admin = await app.ask("/sign-in", { headers: { cookie } });

  assert.equal(stranger.status, 200);
  assert.match(await stranger.text(), /prints a\s+sign-in link.*deno task sign-in/s);
  assert.equal(await target(admin), "/");
});

Deno.test("signing out ends the session, not only its cookie", async () => {
  await using app = await startApp();
  const cookie = await app.signIn();

  const response = await app.submit("/auth/sign-out", { cookie });
  const after = await app.ask("/", { headers: { cookie } });

  assert.equal(await target(response), "/sign-in");
  assert.match(response.headers.get("set-cookie") ?? "", /^aerostack=; Path=\/; Max-Age=0;/);
  assert.equal(await target(after), "/sign-in");
});

Deno.test("signing out without a session changes nothing", async () => {
  await using app = await startApp();
  const cookie = await app.signIn();

  const response = await app.submit("/auth/sign-out");
  const page = await app.ask("/", { headers: { cookie } });

  assert.equal(await target(response), "/sign-in");
  assert.equal(page.status, 200);
  await page.body?.cancel();
});

Deno.test("signing out takes a form, not a link", async () => {
  await using app = await startApp();
  const cookie = await app.signIn();

  const followed = await app.ask("/auth/sign-out", { headers: { cookie } });
  const page = await app.ask("/", { headers: { cookie } });

  assert.ok([404, 405].includes(followed.status));
  assert.equal(page.status, 200);
  await Promise.all([followed.body?.cancel(), page.body?.cancel()]);
});
