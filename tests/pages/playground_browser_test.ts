import assert from "node:assert/strict";
import { launch } from "../_support/browser.ts";
import { playgroundWorld } from "./_playground_world.ts";

/** The browser is a process of its own, which ends after the test. */
const OPTIONS = { sanitizeOps: false, sanitizeResources: false };

Deno.test("the keyboard alone goes through palette and playground", OPTIONS, async () => {
  await using world = await playgroundWorld();
  const { app, calls } = world;
  await using browser = await launch();
  const { page, errors } = await browser.open(await app.signInLink());
  const { keyboard } = page;
  const ready = () => page.locator("html[data-scripts=on]").waitFor();
  /** Goes on with Tab until the focus is on what has this name. */
  const tabTo = async (name: RegExp) => {
    for (let step = 0; step < 80; step++) {
      await keyboard.press("Tab");
      const at = await page.evaluate(() => {
        const element = document.activeElement;
        if (element === null) return "";
        const label = element.id === ""
          ? null
          : document.querySelector(`label[for="${element.id}"]`);
        return element.getAttribute("aria-label") ?? label?.textContent ?? element.textContent ??
          "";
      });
      if (name.test(at)) return;
    }
    assert.fail(`nothing is called ${name}`);
  };

  await tabTo(/^Sign in$/);
  await keyboard.press("Enter");
  await page.waitForURL(`${app.origin}/`);
  await ready();

  await keyboard.press("Control+k");
  const found = page.getByRole("option", { name: "Playground" });
  await page.getByRole("dialog", { name: "Find anything" }).waitFor();
  await keyboard.type("playgr");
  await found.first().waitFor();
  await page.waitForFunction(() => document.querySelectorAll("#places li").length <= 2);
  await keyboard.press("Enter");
  await page.waitForURL(`${app.origin}/playground`);
  await ready();

  await tabTo(/^Choose$/);
  await keyboard.press("Enter");
  await page.waitForURL(/workspace=team/);
  await tabTo(/^Open the playground$/);
  await keyboard.press("Enter");
  await page.locator(".tool-list").waitFor();
  await ready();

  await tabTo(/^rooms__book/);
  await keyboard.press("Enter");
  await page.waitForURL(/tool=rooms__book/);
  await ready();
  await tabTo(/^Room/);
  await keyboard.type("Blue");
  await tabTo(/^guests, entry 1$/);
  await keyboard.type("a@example.com");
  await tabTo(/^Add a row$/);
  await keyboard.press("Enter");
  await page.getByLabel("guests, entry 2").waitFor();
  await keyboard.type("b@example.com");
  // Enter in a field calls, as people expect of a form.
  await keyboard.press("Enter");

  await page.locator("#result h2").waitFor();
  const guests = ["a@example.com", "b@example.com"];
  assert.deepEqual(calls, [{ name: "book", arguments: { room: "Blue", seats: 4, guests } }]);
  assert.ok(!page.url().includes("Blue"));
  assert.equal(await page.title(), "Playground · Aerostack Gateway");
  assert.deepEqual(errors, []);
});
