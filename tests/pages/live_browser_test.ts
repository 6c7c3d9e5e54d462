import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { createWorkspace } from "../../core/workspaces/create_workspace.ts";
import { startApp } from "../_support/app.ts";
import { launch } from "../_support/browser.ts";
import { AN_ADMIN } from "../_support/core.ts";

/** The browser is a process of its own, which ends after the test. */
const OPTIONS = { sanitizeOps: false, sanitizeResources: false };

const state = (page: Page, text: string) =>
  page.locator(".live-state", { hasText: text }).waitFor();

Deno.test("a page that brings itself up to date", OPTIONS, async (t) => {
  await using app = await startApp();
  await using browser = await launch();
  const { page, errors } = await browser.open(await app.signInLink("viewer"));
  await page.getByRole("button", { name: "Sign in" }).click();
  const create = (slug: string) => createWorkspace(app.services, AN_ADMIN, { slug });
  const row = (slug: string) => page.locator("[data-row]", { hasText: slug });
  await create("first");

  await t.step("shows what changed without a reload, and marks it", async () => {
    await page.goto(`${app.origin}/audit`);
    await state(page, "Live");
    await page.evaluate(() => document.body.dataset.mark = "same document");

    await create("second");
    await row("second").waitFor();

    assert.equal(await page.locator("[data-new]").count(), 1);
    assert.equal(await page.evaluate(() => document.body.dataset.mark), "same document");
  });

  await t.step("leaves the rows that were there as they are, with what is selected", async () => {
    await row("first").evaluate((element) => {
      getSelection()?.selectAllChildren(element.querySelector("code") ?? element);
      element.setAttribute("tabindex", "-1");
    });
    const selected = await page.evaluate(() => String(getSelection()));

    await create("third");
    await row("third").waitFor();

    assert.notEqual(selected, "");
    assert.equal(await page.evaluate(() => String(getSelection())), selected);
  });

  await t.step("holds no connection while nobody sees it, and catches up", async () => {
    await page.evaluate(() => {
      Object.defineProperty(document, "hidden", { value: true, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    });
    while (app.services.liveStreams.size > 0) await page.waitForTimeout(10);
    await create("fourth");
    assert.equal(await row("fourth").count(), 0);

    await page.evaluate(() => {
      Object.defineProperty(document, "hidden", { value: false, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    });
    await row("fourth").waitFor();
  });

  await t.step("says that there is no connection, and goes on when it is back", async () => {
    await page.context().setOffline(true);
    await create("fifth");
    await page.evaluate(() => dispatchEvent(new Event("online")));
    await state(page, "No connection");

    await page.context().setOffline(false);
    await row("fifth").waitFor();
    await state(page, "Live");
  });

  assert.deepEqual(errors.filter((error) => !error.includes("ERR_INTERNET_DISCONNECTED")), []);

  await t.step("says that its admin was signed out", async () => {
    const [{ name, value }] = await page.context().cookies();
    await (await app.submit("/auth/sign-out", { cookie: `${name}=${value}` })).body?.cancel();

    await state(page, "You were signed out.");
    await page.getByRole("link", { name: "Sign in" }).click();
    await page.waitForURL(`${app.origin}/sign-in`);
  });
});
