import assert from "node:assert/strict";
import { registerServer } from "../../core/servers/register_server.ts";
import { createWorkspace } from "../../core/workspaces/create_workspace.ts";
import { mayDo } from "../../routes/(pages)/(_http)/page_rules.ts";
import { type RunningApp, startApp } from "../_support/app.ts";
import { AN_ADMIN } from "../_support/core.ts";

async function placesFor(app: RunningApp, cookie: string, q: string) {
  const response = await app.ask(`/palette?${new URLSearchParams({ q })}`, { headers: { cookie } });
  assert.equal(response.status, 200);
  const { places } = await response.json();
  return places as { kind: string; title: string; path: string; keys: string | null }[];
}

Deno.test("the palette finds pages by their names, with the keys that lead there", async () => {
  await using app = await startApp();

  const [first] = await placesFor(app, await app.signIn("viewer"), "audit");

  assert.deepEqual(first, {
    kind: "page",
    title: "Audit",
    detail: null,
    keys: "g u",
    path: "/audit",
  });
});

Deno.test("the palette gives at most 20 places, none of which the role may not open", async () => {
  await using app = await startApp({ AEROSTACK_ALLOW_PRIVATE_UPSTREAMS: "1" });
  for (let number = 0; number < 30; number++) {
    await createWorkspace(app.services, AN_ADMIN, { slug: `team-${number}` });
    const server = { slug: `team-${number}`, name: `Team <${number}>`, url: "http://127.0.0.1:9/" };
    await registerServer(app.services, AN_ADMIN, server);
  }

  for (const role of ["viewer", "admin", "owner"] as const) {
    const cookie = await app.signIn(role);
    for (const q of ["", "team", "add", "token", "settings", "x".repeat(5_000)]) {
      const places = await placesFor(app, cookie, q);
      assert.ok(places.length <= 20);
      for (const { kind, path, title } of places) {
        const isForm = title.startsWith("Create token");
        const [whole] = path.split("?");
        const [, area, ...below] = whole.split("/");
        const isThing = kind !== "page" && area !== "add" && below.length > 0;
        const route = isThing ? `/${area}/:slug` : whole;
        const parts = isThing ? below.slice(1) : [];
        const admin = { kind: "session", id: "1", name: "a", role } as const;
        const pattern = [route, ...parts].join("/");
        assert.ok(mayDo(admin, isForm ? "POST" : "GET", pattern), `${role}: ${path}`);
      }
    }
  }
});

Deno.test("without scripts a page shows the same, and what was typed as text", async () => {
  await using app = await startApp();
  const cookie = await app.signIn();

  const found = await (await app.ask("/search?q=audit", { headers: { cookie } })).text();
  const none = await (await app.ask("/search?q=%3Cb%3Ex", { headers: { cookie } })).text();

  assert.match(found, /<a href="\/audit"/);
  assert.match(none, /Nothing is called &quot;&lt;b>x&quot;/);
  assert.doesNotMatch(none, /<b>x/);
  for (const path of ["/search", "/palette"]) {
    const stranger = await app.ask(path);
    await stranger.body?.cancel();
    assert.equal(stranger.headers.get("location"), "/sign-in");
  }
});

Deno.test("colours are chosen without scripts, kept by the browser, and lead back", async () => {
  await using app = await startApp();
  const cookie = await app.signIn("viewer");
  const choose = async (theme: string, to = "/audit?q=1") => {
    const response = await app.submit("/theme", { cookie, fields: { theme, to } });
    await response.body?.cancel();
    return response;
  };
  const htmlWith = async (more: string) =>
    await (await app.ask("/audit", { headers: { cookie: `${cookie}; ${more}` } })).text();

  const dark = await choose("dark");
  const kept = dark.headers.get("set-cookie")?.split(";")[0] ?? "";

  assert.equal(dark.headers.get("location"), "/audit?q=1");
  assert.match(await htmlWith(kept), /<html lang="en" data-theme="dark"/);
  assert.match(await htmlWith(kept), /aria-label="Dark colours" aria-pressed="true"/);
  assert.match(await htmlWith("aerostack-theme=pink"), /data-theme="system"/);
  assert.match((await choose("system")).headers.get("set-cookie") ?? "", /Max-Age=0/);
  assert.equal((await choose("pink")).status, 400);
  for (const to of ["//evil.example", "https://evil.example", "/\\evil.example", "evil", ""]) {
    assert.equal((await choose("light", to)).headers.get("location"), "/", to);
  }
});
