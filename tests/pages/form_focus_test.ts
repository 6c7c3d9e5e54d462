import assert from "node:assert/strict";
import { startApp } from "../_support/app.ts";
import { see, send } from "./_forms.ts";

/** The names, or classes, of what a browser goes to by itself when it shows this page. */
function focusedFirst(html: string): string[] {
  const tags = html.match(/<[^>]* autofocus[^>]*>/g) ?? [];
  return tags.map((tag) => /(?:name|class)="([^"]*)"/.exec(tag)?.[1] ?? tag);
}

Deno.test("a form that comes back leads to its first wrong field, also without scripts", async () => {
  await using app = await startApp();
  const cookie = await app.signIn("admin");
  const add = (fields: Record<string, string>) =>
    send(app, "/add/workspace", cookie, { intent: "add", ...fields });

  const fresh = await see(app, "/add/workspace", cookie);
  const wrongName = await add({ name: "", slug: "team" });
  const wrongSlug = await add({ name: "Team", slug: "No Slug" });

  assert.deepEqual(focusedFirst(fresh.html), ["name"]);
  assert.deepEqual(focusedFirst(wrongName.html), ["name"]);
  assert.deepEqual(focusedFirst(wrongSlug.html), ["slug"]);
});
