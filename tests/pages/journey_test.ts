import assert from "node:assert/strict";
import type { BrowserContext, Page } from "playwright-core";
import type { CreatedToken } from "../../core/tokens/token.ts";
import { launch } from "../_support/browser.ts";
import { startCatalogue, tool } from "../_support/catalogue_upstream.ts";
import { eventually } from "../_support/eventually.ts";
import { startGateway } from "../_support/gateway.ts";
import { startGitHub } from "../_support/github.ts";
import { connectSdkAuto } from "../_support/modern_clients.ts";
import type { TestClient } from "../_support/client.ts";

/** Browser and gateway are processes of their own, which end after the test. */
const OPTIONS = { sanitizeOps: false, sanitizeResources: false };

const CLIENT = { id: "the-client", secret: "the-secret" };
const OCTOCAT = { id: 1, login: "octocat" };
const KEY = "a-key-that-nobody-else-has";
const OFFERED = [
  tool("list_notes", { annotations: { readOnlyHint: true } }),
  tool("add_note", {
    annotations: { readOnlyHint: false },
    inputSchema: {
      type: "object",
      properties: { title: { type: "string", description: "One line" } },
      required: ["title"],
    },
  }),
  tool("delete_note", { annotations: { readOnlyHint: false, destructiveHint: true } }),
];

for (const hasScripts of [true, false]) {
  const how = hasScripts ? "with scripts" : "without scripts";

  Deno.test(`from signing in to offboarding, on the built app, ${how}`, OPTIONS, async (t) => {
    await using github = startGitHub(CLIENT, OCTOCAT);
    await using gateway = await startGateway({
      env: {
        GITHUB_CLIENT_ID: CLIENT.id,
        GITHUB_CLIENT_SECRET: CLIENT.secret,
        AEROSTACK_GITHUB_URL: github.url,
        AEROSTACK_ADMINS: "octocat:owner",
      },
    });
    await using upstream = startCatalogue("modern");
    upstream.offers.tools = [...OFFERED];
    upstream.instead = (_method, _id, headers) => {
      return headers.get("x-api-key") === KEY ? null : new Response("no key", { status: 401 });
    };
    await using browser = await launch();
    const { origin } = gateway;
    const context = await browser.browser.newContext({ javaScriptEnabled: hasScripts });
    const page = await context.newPage();
    const go = (path: string) => page.goto(origin + path);
    const press = (name: string | RegExp) => page.getByRole("button", { name }).first().click();
    const told: { token: string; url: string } = { token: "", url: "" };
    await using clients = new AsyncDisposableStack();
    const opened: TestClient[] = [];

    await t.step(
      "who is on the list signs in with GitHub, and is where they wanted to be",
      async () => {
        await go("/servers");
        assert.equal(new URL(page.url()).pathname, "/sign-in");
        await page.getByRole("link", { name: /Sign in with GitHub/ }).click();
        await page.waitForURL(`${origin}/servers`);
        await page.getByRole("heading", { level: 1, name: "MCP Servers" }).waitFor();
        const session = (await context.cookies()).find(({ name }) => name === "aerostack");
        assert.ok(session?.httpOnly && session.sameSite === "Lax");
      },
    );

    await t.step("who is not is told why, and whom to ask", async () => {
      github.user = { id: 2, login: "hubot" };
      const other = await browser.browser.newContext({ javaScriptEnabled: hasScripts });
      const theirs = await other.newPage();
      await theirs.goto(`${origin}/sign-in`);
      await theirs.getByRole("link", { name: /Sign in with GitHub/ }).click();
      await theirs.getByText("hubot").first().waitFor();
      assert.match(await theirs.locator("main").innerText(), /octocat/);
      await theirs.goto(origin);
      assert.equal(new URL(theirs.url()).pathname, "/sign-in");
      await other.close();
      github.user = OCTOCAT;
    });

    await t.step(
      "a server is tried before it is added: a wrong address, then the right one",
      async () => {
        await go("/add/server");
        await page.getByLabel("Name", { exact: true }).fill("Team notes");
        if (!hasScripts) await page.getByLabel(/^Slug/).fill("team-notes");
        await page.getByLabel("URL", { exact: true }).fill("http://127.0.0.1:9/mcp");
        if (!hasScripts) await press("Test connection");
        const connection = page.locator(".connection");
        await connection.getByText(/127\.0\.0\.1:9|refused|connect/i).first().waitFor();
        assert.equal(await page.getByLabel(/^Slug/).inputValue(), "team-notes");

        await page.getByLabel("URL", { exact: true }).fill(upstream.url);
        if (!hasScripts) await press("Test connection");
        await connection.getByText(/credentials/i).first().waitFor();
        await press("Add server");
        await page.waitForURL(`${origin}/servers/team-notes/secrets`);
      },
    );

    await t.step("what is wrong stands at its field, with what was typed", async () => {
      await go("/add/server");
      await page.getByLabel("Name", { exact: true }).fill("Again");
      await page.getByLabel(/^Slug/).fill("team-notes");
      await page.getByLabel("URL", { exact: true }).fill("ftp://files.example.com");
      await press("Add server");
      const url = page.getByLabel("URL", { exact: true });
      assert.equal(await url.getAttribute("aria-invalid"), "true");
      assert.equal(await url.inputValue(), "ftp://files.example.com");
      assert.equal(await page.getByLabel("Name", { exact: true }).inputValue(), "Again");
    });

    await t.step("its key is stored with a rule, and shown to nobody again", async () => {
      await go("/servers/team-notes/secrets");
      const form = page.getByRole("form", { name: "Store a secret" });
      await form.getByLabel("Name", { exact: true }).fill("API_KEY");
      await form.getByLabel("Value", { exact: true }).fill(KEY);
      await form.getByLabel("Its name").first().fill("X-API-Key");
      await form.getByRole("button", { name: "Store the secret" }).click();
      await page.locator("#secrets").getByText("API_KEY").first().waitFor();
      assert.ok(!(await page.content()).includes(KEY));

      await go("/servers/team-notes");
      await press("Ask the server now");
      await page.locator("#tools").getByText("delete_note").first().waitFor();
    });

    await t.step("a workspace is made, and the server installed there with a policy", async () => {
      await go("/add/workspace");
      await page.getByLabel("Name", { exact: true }).fill("Backend");
      if (!hasScripts) await page.getByLabel(/^Slug/).fill("backend");
      await press("Add this workspace");
      await page.waitForURL(`${origin}/workspaces/backend`);
      await page.getByLabel("Server", { exact: true }).fill("team-notes");
      await press("Install");
      await go("/workspaces/backend/servers/team-notes");
      await page.getByLabel(/^Hide/).fill("delete_*");
      await page.getByLabel("When a tool's definition changes").selectOption("hold");
      await press("Save");
      await page.getByRole("status").getByText(/./).first().waitFor();
    });

    await t.step("a token is shown once, and a client connects with what is shown", async () => {
      await go("/workspaces/backend/tokens/new");
      await page.getByLabel("Person", { exact: true }).fill("Alice Chen");
      await page.getByLabel(/^E-mail address/).fill("alice@example.com");
      await press("Create the token");
      const config = await page.locator("#editor-cursor pre").textContent();
      const { mcpServers } = JSON.parse(config ?? "");
      told.url = mcpServers.backend.url;
      told.token = mcpServers.backend.headers.Authorization.replace("Bearer ", "");
      assert.ok(!page.url().includes(told.token));
      await page.getByRole("link", { name: "Done" }).click();
      assert.ok(!(await page.content()).includes(told.token));

      const client = await connectSdkAuto(told);
      clients.use(client);
      opened.push(client);
      const names = (await client.listTools()).map(({ name }) => name).sort();
      assert.deepEqual(names, ["team-notes__add_note", "team-notes__list_notes"]);
    });

    await t.step("its calls appear by themselves, and are counted", async () => {
      await go("/calls?workspace=backend");
      const rows = page.locator("tbody tr", { hasText: "list_notes" });
      assert.equal(await rows.count(), 0);
      await opened[0].callTool("team-notes__list_notes", {});
      if (!hasScripts) await page.reload();
      await rows.first().waitFor();

      await go("/analytics?workspace=backend&period=24h");
      await page.locator("main").getByText("Alice Chen").first().waitFor();
    });

    await t.step("a tool is tried in the playground, by a form made from its schema", async () => {
      await go("/playground?workspace=backend");
      await press("Open the playground");
      await page.getByRole("link", { name: /team-notes__add_note/ }).click();
      await page.getByRole("button", { name: "Call", exact: true }).last().click();
      await page.locator("[aria-invalid=true]").first().waitFor();
      await page.getByLabel(/^title/i).fill("Hello");
      await page.getByRole("button", { name: "Call", exact: true }).last().click();
      await page.locator("#result").waitFor();
      assert.ok(upstream.asked.includes("tools/call add_note"));
      assert.equal(await page.getByText("delete_note").count(), 0);
    });

    await t.step("a tool that changes is held until an admin approves it", async () => {
      const [first, ...others] = upstream.offers.tools;
      upstream.offers.tools = [{ ...first, description: "Sends all notes away." }, ...others];
      await go("/servers/team-notes");
      await press("Ask the server now");
      await page.getByText("Sends all notes away.").first().waitFor();
      // A client may keep a list for a while; a new one has none.
      const shown = async () => {
        await using client = await connectSdkAuto(told);
        return (await client.listTools()).map(({ name }) => name);
      };
      await eventually("the tool is held", async () => {
        return !(await shown()).includes("team-notes__list_notes");
      });

      await press(/^Approve(?! checked)/);
      await eventually("the tool is back", async () => {
        return (await shown()).includes("team-notes__list_notes");
      });
    });

    await t.step("a token is revoked, and its client is cut off", async () => {
      await go("/workspaces/backend/tokens");
      await page.getByRole("link", { name: /Alice Chen/ }).first().click();
      await page.getByText("Revoke this token…").click();
      await press("Revoke it now");
      await page.getByText("revoked").first().waitFor();
      await assert.rejects(opened[0].callTool("team-notes__list_notes", {}));
    });

    await t.step("a person is offboarded by their address", async () => {
      const again = await gateway.admin.send<CreatedToken>("POST", "/workspaces/backend/tokens", {
        name: "Alice Chen",
        email: "alice@example.com",
      });
      await go("/members/alice@example.com");
      await page.getByText("Offboard this person…").click();
      const offboard = page.locator("#offboard");
      await offboard.getByRole("textbox").fill("bob@example.com");
      await offboard.getByRole("button", { name: "Offboard this person" }).click();
      await offboard.getByText(/Type exactly alice@example\.com/).waitFor();
      await offboard.getByRole("textbox").fill("alice@example.com");
      await offboard.getByRole("button", { name: "Offboard this person" }).click();
      await page.getByText(/1 token/).first().waitFor();
      await assert.rejects(connectSdkAuto({ url: told.url, token: again.token }));
    });

    await t.step(
      "a session that ended elsewhere leads to signing in, and so does signing out",
      async () => {
        await endsElsewhere(context, page, origin);
        await page.getByRole("link", { name: /Sign in with GitHub/ }).click();
        await page.getByRole("button", { name: "Sign out" }).first().click();
        await page.waitForURL(/\/sign-in/);
        await go("/");
        assert.equal(new URL(page.url()).pathname, "/sign-in");
      },
    );
  });
}

/**
 * Signs out in a second window; the first one finds out with its next page. It has one before that
 * does not come again by itself, as the overview does while its figures are counted.
 */
async function endsElsewhere(context: BrowserContext, page: Page, origin: string): Promise<void> {
  await page.goto(`${origin}/servers`);
  const second = await context.newPage();
  await second.goto(`${origin}/servers`);
  await second.getByRole("button", { name: "Sign out" }).first().click();
  await second.waitForURL(/\/sign-in/);
  await second.close();
  await page.getByRole("link", { name: "Workspaces" }).first().click();
  assert.equal(new URL(page.url()).pathname, "/sign-in");
}
