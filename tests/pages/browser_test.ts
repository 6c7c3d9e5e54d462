import { AN_ADMIN } from "../_support/core.ts";
import assert from "node:assert/strict";
import { createWorkspace } from "../../core/workspaces/create_workspace.ts";
import { registerServer } from "../../core/servers/register_server.ts";
import { startApp } from "../_support/app.ts";
import { launch } from "../_support/browser.ts";

/** The browser is a process of its own, which ends after the test. */
const OPTIONS = { sanitizeOps: false, sanitizeResources: false };

Deno.test("the dashboard in a browser", OPTIONS, async (t) => {
  await using app = await startApp({ AEROSTACK_ALLOW_PRIVATE_UPSTREAMS: "1" });
  await using browser = await launch();
  const { page, errors } = await browser.open(app.origin);
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);

  await t.step("a stranger is shown how to sign in", async () => {
    assert.equal(page.url(), `${app.origin}/sign-in`);
    assert.equal(await page.locator("h1").textContent(), "Sign in with a link");
  });

  await t.step("the link's button signs in", async () => {
    await page.goto(await app.signInLink());
    await page.getByRole("button", { name: "Sign in" }).click();

    await page.waitForURL(`${app.origin}/`);
    assert.equal(await page.locator("h1").textContent(), "Overview");
    const [cookie] = await page.context().cookies();
    assert.deepEqual([cookie.name, cookie.httpOnly, cookie.sameSite], ["aerostack", true, "Lax"]);
  });

  await t.step("a command is copied", async () => {
    await page.goto(`${app.origin}/settings`);
    const button = page.locator(".copy");
    await button.click();

    await button.getByText("Copied").waitFor();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    assert.equal(copied, `export AEROSTACK_URL=${app.origin}`);
  });

  await t.step("where there is no clipboard, the older way copies", async () => {
    await page.evaluate(() => {
      const nothing = { value: undefined, configurable: true };
      return navigator.clipboard.writeText("something else")
        .then(() => Object.defineProperty(navigator, "clipboard", nothing)).then(() => {});
    });
    const button = page.locator(".copy");
    await button.click();

    await button.getByText("Copied").waitFor();
    await page.reload();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    assert.equal(copied, `export AEROSTACK_URL=${app.origin}`);
  });

  await t.step("the form makes a token, which no address shows", async () => {
    await page.goto(`${app.origin}/settings/tokens`);
    await page.locator("input[name=name]").fill("My laptop");
    await page.getByRole("button", { name: "Make a CLI token" }).click();

    const token = page.locator("#new-token code", { hasText: "aat_" });
    await token.waitFor();
    assert.equal(page.url(), `${app.origin}/settings/tokens`);
  });

  await t.step("times stay up to date", async () => {
    const { services } = app;
    await registerServer(services, AN_ADMIN, {
      slug: "a",
      name: "A",
      url: "http://127.0.0.1:9/mcp",
    });
    await createWorkspace(services, AN_ADMIN, { slug: "backend" });
    await page.clock.install();
    await page.goto(`${app.origin}/settings/tokens`);
    const created = page.locator("#admin-tokens td[data-label=Created] time");

    await page.clock.runFor(2 * 60_000 + 20_000);

    await created.getByText("2 min ago").waitFor();
  });

  await t.step("no page is wider than its window", async () => {
    for (const path of ["/", "/analytics", "/settings/tokens"]) {
      for (const width of [390, 861, 1280, 1920]) {
        await page.setViewportSize({ width, height: 800 });
        await page.goto(app.origin + path);
        const overflow = await page.evaluate(() => {
          const { scrollWidth, clientWidth } = document.documentElement;
          return scrollWidth - clientWidth;
        });
        assert.equal(overflow, 0, `${path} at ${width}`);
      }
    }
  });

  await t.step("signing out leads back to the sign-in page", async () => {
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.waitForURL(`${app.origin}/sign-in`);

    await page.goto(app.origin);
    assert.equal(page.url(), `${app.origin}/sign-in`);
  });

  assert.deepEqual(errors, []);
});
