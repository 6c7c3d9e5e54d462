import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { startApp } from "../_support/app.ts";
import { launch } from "../_support/browser.ts";
import { gitHubEnv, OCTOCAT, someGitHub } from "../_support/github_sign_in.ts";

/** The browser is a process of its own, which ends after the test. */
const OPTIONS = { sanitizeOps: false, sanitizeResources: false };

const HOUR_MS = 3_600_000;

const titleOf = (page: Page) => page.locator("h1").textContent();

Deno.test("signing in with GitHub in a browser", OPTIONS, async (t) => {
  let ahead = 0;
  const user = { ...OCTOCAT };
  await using github = someGitHub(user);
  await using app = await startApp(gitHubEnv(github), { now: () => new Date(Date.now() + ahead) });
  await using browser = await launch();
  const { page, errors } = await browser.open(`${app.origin}/audit?actor=octocat`);

  await t.step("who is not allowed sees why, and can choose another account", async () => {
    github.user = { id: 9, login: "mallory" };
    await page.getByRole("link", { name: "Sign in with GitHub" }).click();

    await page.waitForURL(/\/sign-in/);
    assert.equal(await titleOf(page), "mallory may not sign in here");
    assert.ok(!page.url().includes("code="));
    await page.getByRole("link", { name: "octocat" }).waitFor();
  });

  await t.step("who is allowed lands on the page that they wanted", async () => {
    github.user = user;
    await page.getByRole("link", { name: "Choose another account" }).click();

    await page.waitForURL(`${app.origin}/audit?actor=octocat`);
    assert.equal(await titleOf(page), "Audit");
    const cookies = await page.context().cookies();
    const session = cookies.find(({ name }) => name === "aerostack");
    assert.deepEqual([session?.httpOnly, session?.sameSite], [true, "Lax"]);
  });

  await t.step("forms work though no referrer is sent, and no origin with them", async () => {
    await page.goto(`${app.origin}/settings/admins`);
    await page.getByLabel("For whom").fill("Alice Chen");
    const posted = page.waitForRequest((request) => request.method() === "POST");
    await page.getByRole("button", { name: "Make a sign-in link" }).click();

    const headers = await (await posted).allHeaders();
    assert.deepEqual([headers.origin, headers.referer], ["null", undefined]);
    await page.locator("#new-link code", { hasText: "/auth/link/" }).waitFor();
  });

  await t.step("signing out leads back to the sign-in page", async () => {
    await page.goto(`${app.origin}/settings/admins`);
    await page.getByRole("button", { name: "Sign out", exact: true }).click();

    await page.waitForURL(`${app.origin}/sign-in`);
    await page.goto(app.origin);
    assert.equal(page.url(), `${app.origin}/sign-in`);
  });

  await t.step("a session that is over leads there too, and back afterwards", async () => {
    await page.getByRole("link", { name: "Sign in with GitHub" }).click();
    await page.waitForURL(`${app.origin}/`);
    ahead = 12 * HOUR_MS;

    await page.goto(`${app.origin}/settings/keys`);
    assert.equal(page.url(), `${app.origin}/sign-in?next=%2Fsettings%2Fkeys`);
    await page.getByRole("link", { name: "Sign in with GitHub" }).click();
    await page.waitForURL(`${app.origin}/settings/keys`);
  });

  await t.step("who was taken off at GitHub is signed out an hour later", async () => {
    user.login = "somebody-else";
    ahead += HOUR_MS;

    await page.goto(`${app.origin}/servers`);
    assert.equal(page.url(), `${app.origin}/sign-in?next=%2Fservers`);
  });

  // A page that refuses is answered with 403, and what asks for news after the session's end is led
  // to the sign-in page; browsers note both as errors.
  const expected = /status of 40[13]|is not "text\/event-stream"/;
  assert.deepEqual(errors.filter((error) => !expected.test(error)), []);
});

Deno.test(
  "on plain http away from this machine forms are taken from this site alone",
  OPTIONS,
  async () => {
    await using app = await startApp({ HOST: "0.0.0.0" });
    await using browser = await launch({ hosts: { "gateway.test": "127.0.0.1" } });
    const url = new URL(await app.signInLink());
    url.hostname = "gateway.test";
    const { page } = await browser.open(url.href);

    const posted = page.waitForRequest((request) => request.method() === "POST");
    await page.getByRole("button", { name: "Sign in" }).click();
    const headers = await (await posted).allHeaders();

    await page.waitForURL(`${url.origin}/`);
    assert.deepEqual([headers.origin, headers["sec-fetch-site"]], [url.origin, undefined]);
  },
);
