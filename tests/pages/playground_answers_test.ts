import assert from "node:assert/strict";
import { setSecret } from "../../core/secrets/set_secret.ts";
import { installServer } from "../../core/workspaces/install_server.ts";
import { registerServer } from "../../core/servers/register_server.ts";
import { AN_ADMIN } from "../_support/core.ts";
import { eventually } from "../_support/eventually.ts";
import { startLegacySessions } from "../_support/legacy_upstreams.ts";
import { startModern } from "../_support/modern_upstreams.ts";
import type { Upstream } from "../_support/upstream.ts";
import { see, send } from "./_forms.ts";
import { filled, type PlaygroundWorld, playgroundWorld } from "./_playground_world.ts";

const at = (tool: string) => `/playground?workspace=team&tool=tools__${tool}`;

/** The same world, with another server installed as `tools`; opened by an admin. */
async function opened(world: PlaygroundWorld, { url }: Upstream): Promise<string> {
  const { services } = world.app;
  await registerServer(services, AN_ADMIN, { slug: "tools", name: "Tools", url });
  await installServer(services, AN_ADMIN, { workspace: "team", server: "tools" });
  const cookie = await world.app.signIn("admin");
  await send(world.app, "/playground?workspace=team", cookie, { do: "open" });
  return cookie;
}

for (const [era, start] of [["new", startModern], ["old", startLegacySessions]] as const) {
  Deno.test(`at a server of the ${era} era, an error of the protocol is shown as it is`, async () => {
    await using upstream = start();
    await using world = await playgroundWorld();
    const cookie = await opened(world, upstream);
    const page = await see(world.app, at("boom"), cookie);

    const { html } = await send(world.app, at("boom"), cookie, filled(page.html, {}));

    assert.match(html, /error of the protocol/);
    assert.match(html, /The boiler is on fire \(code -32050\)/);
    assert.match(html, /&quot;degrees&quot;: 451/);
  });

  Deno.test(`at a server of the ${era} era, whoever leaves the page takes the call back`, async () => {
    await using upstream = start();
    await using world = await playgroundWorld();
    const { app } = world;
    const cookie = await opened(world, upstream);
    const page = await see(app, at("wait"), cookie);
    const leaving = new AbortController();

    const waiting = app.ask(at("wait"), {
      method: "POST",
      headers: { origin: app.origin, cookie },
      body: new URLSearchParams(filled(page.html, { a0: "k" })),
      signal: leaving.signal,
    });
    await eventually("the call runs", () => upstream.journal.waits.get("k") === "running");
    leaving.abort();

    await assert.rejects(waiting);
    await eventually("it stops", () => upstream.journal.waits.get("k") === "cancelled");
  });
}

Deno.test("an argument that goes into a header does", async () => {
  await using upstream = startModern();
  await using world = await playgroundWorld();
  const cookie = await opened(world, upstream);
  const page = await see(world.app, at("route_order"), cookie);

  const form = filled(page.html, { a0: "Zürich" });
  const { html } = await send(world.app, at("route_order"), cookie, form);

  assert.match(html, /data-kind="good">ok</);
  assert.match(html, /mcp-param-region: =\?base64\?/);
});

Deno.test("an answer that is longer than a page is cut, and says so", async () => {
  await using upstream = startModern();
  await using world = await playgroundWorld();
  const cookie = await opened(world, upstream);
  const page = await see(world.app, at("big"), cookie);
  const call = (kilobytes: string) =>
    send(world.app, at("big"), cookie, filled(page.html, { a0: kilobytes }));

  const long = await call("300");
  const longer = await call("6000");

  assert.match(long.html, /\d+ more characters are not shown/);
  assert.match(longer.html, /The answer is longer than a page can show/);
  for (const { html } of [long, longer]) assert.ok(html.length < 1_000_000);
});

Deno.test("where each member sets a secret, the page says what the playground needs", async () => {
  await using upstream = startModern();
  await using world = await playgroundWorld();
  const cookie = await opened(world, upstream);
  await setSecret(world.app.services, AN_ADMIN, "tools", "API_KEY", { perMember: true });

  const { html } = await see(world.app, at("echo"), cookie);

  assert.match(html, /<a href="\/servers\/tools">tools<\/a>: [^<]*API_KEY/);
  assert.match(html, /href="\/servers\/tools\/secrets"/);
});
