import assert from "node:assert/strict";
import { PAGE_RULES } from "../../routes/(pages)/(_http)/page_rules.ts";
import { dashboardPages } from "../_support/dashboard_pages.ts";
import { dashboardWorld } from "../_support/dashboard_world.ts";

/** What a viewer may send: it changes nothing but the viewer's own sessions and colours. */
const FOR_VIEWERS = ["/theme", "/auth/sign-out", "/audit", "/settings/admins"];

/** Where forms of this page go, and the pages that it leads to. */
function waysOf(html: string, path: string): { forms: string[]; links: string[] } {
  const forms = [...html.matchAll(/<form\b([^>]*)>/g)].map(([, attributes]) => attributes)
    .filter((attributes) => /method="post"/.test(attributes))
    .map((attributes) => /action="([^"]*)"/.exec(attributes)?.[1] ?? path);
  const links = [...html.matchAll(/<a\b[^>]*href="([^"#]+)/g)].map(([, to]) => to);
  return { forms, links };
}

Deno.test("no page shows a viewer a form, or a way to a page, that would be refused", async () => {
  await using world = await dashboardWorld({ days: 1 });
  const { app } = world;
  const cookie = await app.signIn("viewer");
  const open = async (path: string) => {
    const response = await app.ask(path, { headers: { cookie } });
    return { status: response.status, html: await response.text() };
  };
  let looked = 0;

  for (const { path, as, status: wanted } of dashboardPages(world)) {
    if (as !== "owner") continue;
    const { status, html } = await open(path);
    if (status === 403) continue;
    looked++;
    assert.equal(status, wanted, path);
    const { forms, links } = waysOf(html, path);
    assert.deepEqual(forms.filter((to) => !FOR_VIEWERS.includes(to)), [], path);
    for (const to of new Set(links.map((link) => link.split("?")[0]))) {
      const rule = PAGE_RULES[to]?.GET ?? "viewer";
      const isNew = /\/tokens\/new$/.test(to);
      assert.ok(!isNew && ["viewer", "anyone"].includes(rule), `${path} leads to ${to}`);
    }
  }
  assert.ok(looked > 20, `${looked} pages`);
});
