import assert from "node:assert/strict";
import { createWorkspace } from "../../core/workspaces/create_workspace.ts";
import { startApp } from "../_support/app.ts";
import { launch } from "../_support/browser.ts";
import { AN_ADMIN } from "../_support/core.ts";

/** The browser is a process of its own, which ends after the test. */
const OPTIONS = { sanitizeOps: false, sanitizeResources: false };

Deno.test("the keys of the dashboard in a browser", OPTIONS, async (t) => {
  await using app = await startApp();
  await createWorkspace(app.services, AN_ADMIN, { slug: "team", name: "Team of Alice" });
  await using browser = await launch();
  const { page, errors } = await browser.open(await app.signInLink());
  await page.getByRole("button", { name: "Sign in" }).click();
  const go = async (path: string) => {
    await page.goto(app.origin + path);
    await page.locator("html[data-scripts=on]").waitFor();
  };
  const palette = page.getByRole("dialog", { name: "Find anything" });
  const help = page.getByRole("dialog", { name: "Keyboard" });
  const options = palette.getByRole("option");

  /** Types into the palette and waits until what was found is shown. */
  const find = async (text: string) => {
    const answered = page.waitForResponse(`${app.origin}/palette?q=${text}`);
    await palette.getByRole("combobox").fill(text);
    const { places } = await (await answered).json();
    await options.filter({ hasText: places.at(-1).title }).first().waitFor();
    await page.waitForFunction(
      (count) => document.querySelectorAll("#places li").length === count,
      places.length,
    );
  };

  await t.step("Ctrl K opens the palette, arrows choose, Enter goes there", async () => {
    await go("/");
    await page.keyboard.press("Control+k");
    await palette.waitFor();
    await find("a");

    assert.equal(await options.nth(0).getAttribute("aria-selected"), "true");
    await page.keyboard.press("ArrowUp");
    const last = options.last();
    assert.equal(await last.getAttribute("aria-selected"), "true");
    const field = palette.getByRole("combobox");
    assert.equal(await field.getAttribute("aria-activedescendant"), await last.getAttribute("id"));

    await find("audit");
    await palette.getByRole("status").filter({ hasText: /\d result/ }).waitFor();
    await page.keyboard.press("Enter");
    await page.waitForURL(`${app.origin}/audit`);
  });

  await t.step("Escape closes it and the focus is where it was", async () => {
    await go("/");
    const link = page.getByRole("link", { name: "Analytics" });
    await link.focus();

    await page.keyboard.press("Control+k");
    await palette.waitFor();
    await page.keyboard.press("Escape");

    await palette.waitFor({ state: "hidden" });
    assert.ok(await link.evaluate((element) => element === document.activeElement));
  });

  await t.step("the link to the search opens it, and is a page where it is asked for", async () => {
    const link = page.getByRole("link", { name: "Search" });
    await link.click();
    await palette.waitFor();
    await page.keyboard.press("Escape");

    assert.equal(await link.getAttribute("href"), "/search");
  });

  await t.step("g and a letter go to a page; a letter alone does nothing", async () => {
    await go("/");
    await page.keyboard.press("u");
    await page.keyboard.press("g");
    await page.keyboard.press("u");

    await page.waitForURL(`${app.origin}/audit`);
  });

  await t.step(
    "/ leads to the page's search, or opens the palette where there is none",
    async () => {
      await go("/search");
      await page.keyboard.press("/");
      const field = page.getByRole("searchbox");
      assert.ok(await field.evaluate((element) => element === document.activeElement));

      await page.keyboard.type("g u?/");
      assert.equal(await field.inputValue(), "g u?/");
      assert.ok(await help.isHidden());

      await go("/");
      await page.keyboard.press("/");
      await palette.waitFor();
      assert.equal(await palette.getByRole("combobox").inputValue(), "");
      await page.keyboard.press("Escape");
    },
  );

  await t.step("? shows the keys, and single ones can be switched off", async () => {
    await go("/");
    await page.keyboard.press("?");
    await help.waitFor();
    assert.match(await help.innerText(), /Go to Analytics/);

    await help.getByRole("checkbox").uncheck();
    await page.keyboard.press("Escape");
    await page.keyboard.press("?");
    assert.ok(await help.isHidden());

    await page.evaluate(() => localStorage.clear());
    await page.keyboard.press("?");
    await help.waitFor();
    await help.getByRole("button", { name: "Close" }).click();
    await help.waitFor({ state: "hidden" });
  });

  await t.step("on a phone the page that is open is in sight among the others", async () => {
    await page.setViewportSize({ width: 390, height: 800 });
    for (const path of ["/settings/sinks", "/"]) {
      await go(path);
      for (const current of await page.locator("nav [aria-current=page]").all()) {
        const box = await current.boundingBox();
        assert.ok(box !== null && box.x >= 0 && box.x + box.width <= 390, path);
      }
    }
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  await t.step("who was signed out meanwhile is told", async () => {
    await page.context().clearCookies();
    await page.keyboard.press("Control+k");
    await palette.getByText("You are signed out; load the page again.").waitFor();
  });

  assert.deepEqual(errors, []);
});
