import assert from "node:assert/strict";
import { uninstallServer } from "../../core/workspaces/uninstall_server.ts";
import { launch } from "../_support/browser.ts";
import { AN_ADMIN } from "../_support/core.ts";
import { workspaceWorld } from "./_workspace_world.ts";

/** The browser is a process of its own, which ends after the test. */
const OPTIONS = { sanitizeOps: false, sanitizeResources: false };

Deno.test("a workspace's pages in a browser", OPTIONS, async (t) => {
  await using world = await workspaceWorld();
  const { app, services } = world;
  await using browser = await launch();
  const { page, errors } = await browser.open(await app.signInLink("admin"));
  await page.getByRole("button", { name: "Sign in" }).click();
  const go = async (path: string) => {
    await page.goto(app.origin + path);
    await page.locator("html[data-scripts=on]").waitFor();
  };

  await t.step("the slug follows the name until it is written", async () => {
    await go("/add/workspace");
    const [name, slug] = [page.getByLabel("Name"), page.getByLabel("Slug")];

    await name.fill("Backend Team");
    const suggested = await slug.inputValue();
    await slug.fill("back");
    await name.fill("Backend Team II");
    const own = await slug.inputValue();
    await slug.fill("");
    await name.fill("Backend");

    assert.deepEqual([suggested, own, await slug.inputValue()], [
      "backend-team",
      "back",
      "backend",
    ]);
  });

  await t.step("the servers are filtered while one types, and the chosen ones stay", async () => {
    await page.getByLabel("Notes").check();
    await page.getByLabel("Filter the servers").fill("nothing like it");
    await page.getByLabel("Users").waitFor({ state: "hidden" });
    assert.ok(await page.getByLabel("Notes").isVisible());

    await page.getByLabel("Filter the servers").fill("user");
    await page.getByLabel("Users").waitFor();
    await page.getByRole("button", { name: "Add this workspace" }).click();

    await page.getByText("Backend is there.").waitFor();
    await page.getByRole("row", { name: "Notes" }).waitFor();
  });

  await t.step("what another admin uninstalls goes from the page by itself", async () => {
    await go("/workspaces/team");
    await page.getByText("Live", { exact: true }).waitFor();

    await uninstallServer(services, AN_ADMIN, { workspace: "team", server: "users" });

    await page.getByText("No servers in it yet").waitFor();
  });

  assert.deepEqual(errors, []);
});
