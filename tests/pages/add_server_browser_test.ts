import assert from "node:assert/strict";
import { disableServer } from "../../core/servers/disable_server.ts";
import { closeQuietly } from "../../core/egress/tunnel.ts";
import { startApp } from "../_support/app.ts";
import { launch } from "../_support/browser.ts";
import { AN_ADMIN } from "../_support/core.ts";
import { eventually } from "../_support/eventually.ts";
import { Journal } from "../_support/journal.ts";
import { startLegacySse } from "../_support/legacy_upstreams.ts";
import { modernHandler, startModern } from "../_support/modern_upstreams.ts";
import { serveLocally } from "../_support/upstream.ts";

/** The browser is a process of its own, which ends after the test. */
const OPTIONS = { sanitizeOps: false, sanitizeResources: false };

const KEY = "sk-live-0123456789";

/** A server that answers nothing; counts who waits for it. */
function startSilent() {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const waiting = { now: 0 };
  const open = new Set<Deno.Conn>();
  const serving = (async () => {
    for await (const connection of listener) {
      open.add(connection);
      waiting.now++;
      void drain(connection).finally(() => waiting.now--);
    }
  })();
  return {
    waiting,
    url: `http://127.0.0.1:${listener.addr.port}/mcp`,
    async [Symbol.asyncDispose]() {
      listener.close();
      await serving;
      for (const connection of open) closeQuietly(connection);
    },
  };
}

async function drain(connection: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(4096);
  try {
    while (await connection.read(buffer) !== null);
  } catch {
    // It was cut, which ends it as well.
  }
}

/** A server that lets in who has the key. */
function startLocked() {
  const handler = modernHandler(new Journal(), "stateless");
  const server = serveLocally((request) => {
    const isLetIn = request.headers.get("authorization") === `Bearer ${KEY}`;
    return isLetIn ? handler.fetch(request) : new Response("No", { status: 401 });
  });
  return {
    url: `${server.origin}/mcp`,
    async [Symbol.asyncDispose]() {
      await handler.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

Deno.test("a server is added in a browser", OPTIONS, async (t) => {
  await using silent = startSilent();
  await using locked = startLocked();
  await using modern = startModern();
  await using old = await startLegacySse();
  await using app = await startApp({ AEROSTACK_ALLOW_PRIVATE_UPSTREAMS: "1" });
  await using browser = await launch();
  const { page, errors } = await browser.open(await app.signInLink("admin"));
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(`${app.origin}/`);

  const name = page.getByLabel("Name", { exact: true });
  const slug = page.getByLabel("Slug");
  const url = page.getByLabel("URL");
  const found = (state: string) => page.locator(`.connection-result[data-state="${state}"]`);

  await t.step(
    "the list leads to the form, which suggests the slug until it is edited",
    async () => {
      await page.goto(`${app.origin}/servers`);
      await page.getByRole("link", { name: "Add External MCP" }).first().click();
      await page.waitForURL(`${app.origin}/add/server`);
      await page.locator("html[data-scripts=on]").waitFor();

      await name.pressSequentially("Mein Büro: Notes!");
      assert.equal(await slug.inputValue(), "mein-buro-notes");
      await slug.fill("notes");
      await name.pressSequentially(" 2");
      assert.equal(await slug.inputValue(), "notes");
    },
  );

  await t.step(
    "a server that never answers is waited for, and given up when one types on",
    async () => {
      await url.fill(silent.url);
      await page.getByText("Connecting to").waitFor();
      await eventually("it is asked", () => silent.waiting.now > 0);

      await url.fill(old.url);

      await found("works").waitFor();
      assert.match(await found("works").innerText(), /legacy era\s+Transport\s+HTTP\+SSE/);
      await eventually("nobody waits for it", () => silent.waiting.now === 0);
    },
  );

  await t.step("of what is typed quickly, only the last is said", async () => {
    await url.fill("");
    await url.pressSequentially(modern.url);

    await found("works").getByText("modern-fixture 1.0.0").waitFor();
    assert.match(await found("works").innerText(), /It answers and offers \d+ tools\./);
    assert.equal(await page.locator(".connection > *").count(), 1);
  });

  await t.step(
    "what is no address is not tried, and what does not answer says what to do",
    async () => {
      await url.fill("mcp.example");
      await page.locator('.connection[data-state="idle"]').waitFor({ state: "attached" });

      await url.fill("http://127.0.0.1:1/mcp");
      await found("failed").waitFor();
      assert.match(await found("failed").innerText(), /Check host and port/);
    },
  );

  await t.step("a server that wants a key is tried with it", async () => {
    await url.fill(locked.url);
    await found("wants_credentials").waitFor();
    await page.locator("input[name=value]").fill("not-the-right-key");
    await found("wants_credentials").getByText("It refuses this credential.").waitFor();
    await page.locator("input[name=value]").fill(KEY);
    await found("works").waitFor();
  });

  await t.step("the button tests again, and leaves the page where it is", async () => {
    const answered = page.waitForResponse(`${app.origin}/add/server/test`);
    await page.getByRole("button", { name: "Test connection" }).click();
    assert.equal((await answered).status(), 200);
    await found("works").waitFor();
    assert.equal(page.url(), `${app.origin}/add/server`);
  });

  await t.step("Enter adds it with its key, and leads to its tools", async () => {
    await name.press("Enter");
    await page.waitForURL(`${app.origin}/servers/notes`);
    await page.getByText("was added. It answers").waitFor();
    assert.ok(!(await page.content()).includes(KEY));
  });

  await t.step("that somebody disabled it shows by itself", async () => {
    await page.goto(`${app.origin}/servers/notes/settings`);
    await page.getByText("Live", { exact: true }).waitFor();
    await disableServer(app.services, AN_ADMIN, "notes", "admin");
    await page.locator(".alert").getByText("nobody can call it").waitFor();
  });

  assert.deepEqual(errors.filter((text) => !text.includes("429")), []);

  await t.step("without a session it says so", async () => {
    await page.goto(`${app.origin}/add/server`);
    await page.locator("html[data-scripts=on]").waitFor();
    await page.context().clearCookies();
    await url.fill(modern.url);
    await page.getByText("You may be signed out").waitFor();
  });

  await t.step("without scripts, the same form tests and adds", async () => {
    const context = await browser.browser.newContext({ javaScriptEnabled: false });
    const plain = await context.newPage();
    await plain.goto(await app.signInLink("admin"));
    await plain.getByRole("button", { name: "Sign in" }).click();
    await plain.goto(`${app.origin}/add/server`);
    await plain.getByLabel("URL").fill(modern.url);
    await plain.getByRole("button", { name: "Test connection" }).click();
    await plain.locator('.connection-result[data-state="works"]').waitFor();
    assert.equal(await plain.getByLabel("URL").inputValue(), modern.url);

    await plain.getByLabel("Name", { exact: true }).fill("Plain");
    await plain.getByRole("button", { name: "Add server" }).click();
    await plain.waitForURL(`${app.origin}/servers/plain`);
    await context.close();
  });
});
