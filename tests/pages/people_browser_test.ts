import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { registerServer } from "../../core/servers/register_server.ts";
import { createWorkspace } from "../../core/workspaces/create_workspace.ts";
import { installServer } from "../../core/workspaces/install_server.ts";
import { startApp } from "../_support/app.ts";
import { eventually } from "../_support/eventually.ts";
import { launch } from "../_support/browser.ts";
import type { ClientTarget } from "../_support/client.ts";
import { AN_ADMIN } from "../_support/core.ts";
import { connectSdkAuto } from "../_support/modern_clients.ts";
import { startBothEras } from "../_support/modern_upstreams.ts";
import { beginSession, openStream } from "../_support/raw_mcp.ts";
import { connectionOf } from "../_support/shown_configs.ts";

/** The browser is a process of its own, which ends after the test. */
const OPTIONS = { sanitizeOps: false, sanitizeResources: false };

const TOKEN = /mwt_[a-z0-9]+_[0-9A-Za-z]{34}/;

/** Clients say it in their own words. */
const REFUSED = /bearer token is required|Unauthorized|HTTP 401/;

Deno.test("people, in a browser", OPTIONS, async (t) => {
  await using upstream = startBothEras();
  await using app = await startApp({ AEROSTACK_ALLOW_PRIVATE_UPSTREAMS: "1" });
  const { services } = app;
  await createWorkspace(services, AN_ADMIN, { slug: "team", name: "The team" });
  await registerServer(services, AN_ADMIN, { slug: "files", name: "Files", url: upstream.url });
  await installServer(services, AN_ADMIN, { workspace: "team", server: "files" });

  await using browser = await launch();
  const { page } = await browser.open(await app.signInLink("admin"));
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(`${app.origin}/`);
  const list = `${app.origin}/workspaces/team/tokens`;

  await t.step("a token is created, and a real client connects with what is shown", async () => {
    const target = await create(page, list, "Alice Chen");

    await using client = await connectSdkAuto(target);
    const names = (await client.listTools()).map(({ name }) => name);
    assert.ok(names.includes("files__echo"));
    assert.equal(page.url(), `${list}/new`);
  });

  await t.step("a reload neither shows it again nor makes a second one", async () => {
    const before = await services.members.get("alice@example.com");
    await page.reload();

    await page.getByText("This form was sent before").waitFor();
    assert.doesNotMatch(await page.content(), TOKEN);
    const after = await services.members.get("alice@example.com");
    assert.deepEqual([before?.tokens.length, after?.tokens.length], [1, 1]);
  });

  await t.step("going back does not show it, and leaving takes it out of the page", async () => {
    await create(page, list, "Bob Okafor");
    await page.evaluate(() => dispatchEvent(new PageTransitionEvent("pagehide")));
    assert.doesNotMatch(await page.content(), TOKEN);

    await create(page, list, "Carla Diaz");
    await page.getByRole("link", { name: "Done" }).click();
    await page.waitForURL(list);
    // The browser may refuse to send the form anew by itself, and show a page of its own.
    await page.goBack().catch(() => {});
    const shown = await eventually("the page before", () => page.content().catch(() => null));
    assert.doesNotMatch(shown, TOKEN);
    assert.equal((await services.members.get("carla@example.com"))?.tokens.length, 1);
  });

  await t.step("revoking cuts the client off, with the stream that it has open", async () => {
    const target = await create(page, list, "Dan Kim");
    const stream = await openStream(target, await beginSession(target));
    const ended = stream.text();

    await page.goto(list);
    await page.getByRole("link", { name: "Dan Kim" }).click();
    await page.getByText("Revoke this token…").click();
    await page.getByRole("button", { name: "Revoke it now" }).click();
    await page.getByText("its streams have ended").waitFor();

    await ended;
    await assert.rejects(connectSdkAuto(target), REFUSED);
  });

  await t.step("offboarding wants the address, and cuts off whoever it is", async () => {
    const target = await create(page, list, "Erin Walsh");
    await page.goto(`${app.origin}/members`);
    await page.getByRole("link", { name: "erin@example.com" }).click();
    await page.getByText("Offboard this person…").click();
    const typed = page.getByLabel("Type erin@example.com to confirm");
    await typed.fill("erin");
    await page.getByRole("button", { name: "Offboard this person" }).click();
    await page.getByText("Type exactly erin@example.com to confirm").waitFor();
    assert.equal(await typed.inputValue(), "erin");
    await using client = await connectSdkAuto(target);

    await typed.fill("erin@example.com");
    await page.getByRole("button", { name: "Offboard this person" }).click();
    await page.getByText("1 token in 1 workspace revoked").waitFor();

    await assert.rejects(client.listTools(), REFUSED);
  });
});

/** Creates a token by the form, and gives what the configuration for Cursor says. */
async function create(page: Page, list: string, name: string): Promise<ClientTarget> {
  await page.goto(list);
  await page.getByRole("link", { name: "Create a token" }).click();
  await page.getByLabel("Person").fill(name);
  await page.getByLabel("E-mail").fill(`${name.split(" ")[0].toLowerCase()}@example.com`);
  await page.getByRole("button", { name: "Create the token" }).click();

  const text = await page.locator("#editor-cursor pre").textContent();
  const { url, authorization } = connectionOf("cursor", text ?? "");
  return { url, token: authorization.replace("Bearer ", "") };
}
