import assert from "node:assert/strict";
import { parse } from "csv-parse/sync";
import type { Call } from "../../core/calls/call.ts";
import { registerServer } from "../../core/servers/register_server.ts";
import { removeServer } from "../../core/servers/remove_server.ts";
import { createToken } from "../../core/tokens/create_token.ts";
import { createWorkspace } from "../../core/workspaces/create_workspace.ts";
import { type RunningApp, startApp } from "../_support/app.ts";
import { launch } from "../_support/browser.ts";
import { AN_ADMIN } from "../_support/core.ts";
import { someCall } from "../calls/_support.ts";

/** The browser is a process of its own, which ends after the test. */
const OPTIONS = { sanitizeOps: false, sanitizeResources: false };

/** A workspace "backend" in which Alice called two tools of "reports", and Bob one that failed. */
async function appWithCalls(): Promise<RunningApp> {
  const app = await startApp({ AEROSTACK_ALLOW_PRIVATE_UPSTREAMS: "1" });
  const { services } = app;
  const backend = await createWorkspace(services, AN_ADMIN, { slug: "backend" });
  await createWorkspace(services, AN_ADMIN, { slug: "idle" });
  const server = await registerServer(services, AN_ADMIN, {
    slug: "reports",
    name: "The reports",
    url: "http://192.0.2.1/mcp",
  });
  const alice = await createToken(services, AN_ADMIN, "backend", {
    name: "Alice Chen",
    email: "alice@example.com",
  });
  const of = { serverId: server.id, server: "reports", durationMs: 12.1 };
  const ofAlice = { ...of, tokenId: alice.id, email: "alice@example.com" };
  const calls: Partial<Call>[] = [
    { ...of, person: "Bob Lee", tool: "<b>search</b>", outcome: "tool_error" },
    { ...ofAlice, tool: "write", durationMs: 2_000 },
    { ...ofAlice, tool: "search" },
    { ...ofAlice, tool: "search" },
  ];
  for (const [index, call] of calls.entries()) {
    const at = new Date(services.now().getTime() - 2_000 + 200 * index).toISOString();
    await services.callLog.record(backend, someCall({ ...call, at }));
  }
  return app;
}

/** The page's status and what a person reads, without tags. */
async function read(app: RunningApp, path: string): Promise<{ status: number; text: string }> {
  const response = await app.ask(path, { headers: { cookie: await app.signIn("viewer") } });
  const html = await response.text();
  const text = html.replaceAll(/<script.*?<\/script>|<[^>]*>/gs, " ").replaceAll(/\s+/g, " ")
    .replaceAll("&lt;", "<").replaceAll("&quot;", '"');
  return { status: response.status, text };
}

Deno.test("the analytics page shows a viewer who called what, without a script", async () => {
  await using app = await appWithCalls();

  const { status, text } = await read(app, "/analytics?by=each&period=24h");

  assert.equal(status, 200);
  assert.match(text, /4 calls none before 1 error \(25\.0 %\) none before/);
  assert.match(text, /Calls by hour 3 did what was asked 1 error UTC/);
  assert.match(text, /Members Alice Chen 3 75\.0 % Bob Lee 1 25\.0 %/);
  assert.match(text, /Tools reports__search 2 50\.0 %/);
  assert.match(text, /Servers reports 4 100\.0 %/);
  assert.match(text, /Outcomes ok 3 75\.0 % tool error 1 25\.0 %/);
  assert.match(text, /Workspaces backend 4 100\.0 %/);
  assert.match(text, /Alice Chen alice@example\.com reports__search 2 0 12 ms/);
  assert.match(text, /Bob Lee reports__<b>search<\/b> 1 1 12 ms/);
});

Deno.test("the analytics page groups by what is asked, for what is asked", async () => {
  await using app = await appWithCalls();

  const byUser = await read(app, "/analytics?workspace=backend&period=24h");
  const byDay = await read(app, "/analytics?by=day&period=7d");
  const byServer = await read(app, "/analytics?by=server");
  const byOutcome = await read(app, "/analytics?by=outcome&member=Bob+Lee");
  const filled = await read(app, "/analytics?workspace=backend&period=7d&by=&server=&from=&to=");

  assert.match(byUser.text, /By member Member Calls .*Alice Chen alice@example\.com 3 0/);
  assert.match(byDay.text, /By day Day Calls .* 0 0 – – – 0 B 0 B – .* 4 1 /);
  assert.match(byServer.text, /The reports reports 4 1/);
  assert.match(byOutcome.text, /By outcome Outcome Calls Share tool error 1 100\.0 %/);
  assert.equal(filled.status, 200);
  assert.match(filled.text, /By member Member/);
});

Deno.test("the analytics page still shows the calls of a server that was removed", async () => {
  await using app = await appWithCalls();
  await removeServer(app.services, AN_ADMIN, "reports", { force: true });

  const { text } = await read(app, "/analytics?by=server&server=reports");

  assert.match(text, /reports \(removed\) reports 4 1/);
});

Deno.test("the analytics page says why there is nothing, and keeps what was asked", async () => {
  await using app = await appWithCalls();
  const ask = async (query: string) => await read(app, `/analytics?${query}`);

  const idle = await ask("workspace=idle");
  const unknown = await ask("workspace=nope");
  const server = await ask("workspace=backend&server=nope");
  const anywhere = await ask("server=nope");
  const period = await ask("period=soon");
  const future = await ask("from=2999-01-01&period=7d");

  assert.match(idle.text, /No calls Nothing was called from .* Choose a longer period/);
  assert.deepEqual([unknown.status, server.status], [404, 404]);
  assert.match(unknown.text, /There is no workspace "nope"/);
  assert.match(server.text, /There is no server "nope"/);
  assert.deepEqual([period.status, future.status], [400, 400]);
  assert.match(anywhere.text, /No calls Nothing was called/);
  assert.match(period.text, /The period "soon" is not one/);
  assert.match(future.text, /"2999-01-01", which is in the future/);
});

Deno.test("the analytics page without workspaces says what to do next", async () => {
  await using app = await startApp();

  const { text } = await read(app, "/analytics");

  assert.match(text, /Nothing to count yet Calls are made through a workspace .*Add a workspace/);
});

Deno.test("the analytics page gives all rows as a CSV file", async () => {
  await using app = await appWithCalls();
  const headers = { cookie: await app.signIn("viewer") };

  const response = await app.ask("/analytics?workspace=backend&by=user&period=24h&format=csv", {
    headers,
  });
  const rows: Record<string, string>[] = parse(await response.text(), { columns: true });

  assert.match(response.headers.get("content-disposition") ?? "", /analytics-backend-user-.*\.csv/);
  assert.deepEqual(rows.map(({ user, calls, errors }) => [user, calls, errors]), [
    ["Alice Chen", "3", "0"],
    ["Bob Lee", "1", "1"],
  ]);
});

Deno.test("the analytics page shows the next rows, of the same period", async () => {
  await using app = await appWithCalls();
  const headers = { cookie: await app.signIn("viewer") };

  const first = await app.ask("/analytics?by=each&period=24h&limit=2", { headers });
  const [, next] = /href="([^"]+)"[^>]*>More rows/.exec(await first.text()) ?? [];
  const second = await read(app, next.replaceAll("&amp;", "&"));

  assert.equal(second.status, 200);
  assert.match(second.text, /4 calls/);
  assert.match(second.text, /Bob Lee reports__<b>search/);
  assert.doesNotMatch(second.text, /alice@example\.com reports__/);
});

Deno.test("the analytics page in a browser", OPTIONS, async (t) => {
  await using app = await appWithCalls();
  await using browser = await launch();
  const { page, errors } = await browser.open(await app.signInLink("viewer"));
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(`${app.origin}/`);

  await t.step("the bar leads to it, and its filters count anew", async () => {
    await page.getByRole("link", { name: "Analytics" }).click();
    await page.getByText("More filters").click();
    await page.locator("input[name=tool]").fill("search");
    await page.getByRole("button", { name: "Show" }).click();

    await page.waitForURL(/tool=search/);
    const rows = page.locator("#report tbody tr");
    assert.equal(await rows.count(), 1);
    assert.match(await rows.first().textContent() ?? "", /Alice Chen.*2/);
    await page.getByRole("link", { name: "Remove the filter Tool search" }).click();
    await page.waitForURL(/\/analytics(\?workspace=.*)?$/);
    assert.match(await page.locator(".tiles").textContent() ?? "", /4 calls/);
  });

  await t.step("a bar stands where calls are, as high as they are many", async () => {
    await page.goto(`${app.origin}/analytics?period=24h`);
    assert.equal(await page.title(), "Analytics · Aerostack Gateway");
    const chart = page.locator("#timeline .chart-plot");
    const hint = await chart.locator(".chart-touch title").last().textContent();
    assert.match(hint ?? "", /^\d{4}-\d\d-\d\d \d\d:00: \d calls?, \d errors?$/);
    const words = await chart.locator("desc").first().textContent();
    assert.match(words ?? "", /^4 calls by hour.*1 error in all\.$/);
    const bars = chart.locator("rect.bar-good");
    assert.ok([1, 2].includes(await bars.count()));
    const box = await bars.last().boundingBox();
    assert.ok(box !== null && box.height > 10 && box.width > 2);
  });

  await t.step("a member's name leads to their calls alone", async () => {
    await page.locator("#people").getByRole("link", { name: "Alice Chen" }).click();

    await page.waitForURL(/member=alice%40example\.com/);
    assert.match(await page.locator(".tiles").textContent() ?? "", /3 calls/);
  });

  await t.step("it fits into narrow and wide windows, in light and dark", async () => {
    for (const width of [390, 861, 1280]) {
      await page.setViewportSize({ width, height: 800 });
      await page.goto(`${app.origin}/analytics?period=30d`);
      const overflow = await page.evaluate(() => {
        const { scrollWidth, clientWidth } = document.documentElement;
        return scrollWidth - clientWidth;
      });
      assert.equal(overflow, 0, String(width));
    }
    const colours = [];
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      colours.push(
        await page.locator(".bar-good").first().evaluate((bar) => getComputedStyle(bar).fill),
      );
    }
    assert.notEqual(colours[0], colours[1]);
  });

  assert.deepEqual(errors, []);
});
