import assert from "node:assert/strict";
import { launch } from "../_support/browser.ts";
import { tool } from "../_support/catalogue_upstream.ts";
import { startServerWorld } from "./_server_world.ts";

const EVIL = "<img src=x onerror=alert(1)><script>alert(2)</script>";

/** The browser is a process of its own, which ends after the test. */
const OPTIONS = { sanitizeOps: false, sanitizeResources: false };

Deno.test("a server's pages in a browser", OPTIONS, async (t) => {
  await using world = await startServerWorld();
  await using browser = await launch();
  const { page, errors } = await browser.open(world.app.origin);
  const [name, value] = world.cookie.split("=", 2);
  await page.context().addCookies([{ name, value, url: world.app.origin }]);
  page.on("dialog", () => assert.fail("a script of a server ran"));

  await t.step("the keyboard alone asks a server, and opens what a tool says", async () => {
    await page.goto(`${world.app.origin}/servers/db`);
    await page.getByRole("button", { name: "Ask the server now" }).press("Enter");

    await page.getByText("answers and offers 3 tools").waitFor();
    await page.locator("summary", { hasText: "drop_user" }).press("Enter");
    await page.getByText("It takes no parameters.").first().waitFor();
  });

  await t.step(
    "what a hostile server says runs nothing, and is approved where it is held",
    async () => {
      world.upstream.offers.tools[0] = tool("get_user", { description: EVIL, title: EVIL });
      await page.getByRole("button", { name: "Ask the server now" }).click();

      await page.locator("#waiting ins", { hasText: "onerror" }).first().waitFor();
      assert.deepEqual(await world.toolsOf("team"), ["db__list_users", "db__drop_user"]);
      await page.getByRole("checkbox", { name: "Check get_user" }).press("Space");
      await page.getByRole("button", { name: "Approve checked" }).press("Enter");

      await page.getByText("Approved get_user. Nothing waits any more.").waitFor();
      assert.equal((await world.toolsOf("team")).length, 3);
    },
  );

  await t.step(
    "what the server will get is shown while a rule is typed, never the value",
    async () => {
      await page.goto(`${world.app.origin}/servers/db/secrets`);
      const preview = page.getByRole("region", { name: "What the server will get" });
      await page.getByLabel("Name", { exact: true }).fill("API_KEY");
      await page.getByLabel("Value", { exact: true }).fill("sk-live-8f2c1a9d7e");

      await preview.getByText("API_KEY: ••••••••").waitFor();
      await page.getByLabel("Its name").first().fill("Authorization");
      await page.getByLabel("Template").first().fill("Bearer {{value}}");

      await preview.getByText("Authorization: Bearer ••••••••").waitFor();
      assert.doesNotMatch(await preview.innerText(), /sk-live/);
      assert.equal(
        await page.getByRole("button", { name: "Show what the server will get" }).count(),
        0,
      );
    },
  );

  assert.deepEqual(errors, []);
});
