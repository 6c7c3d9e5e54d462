import assert from "node:assert/strict";
import { isAtLeast } from "../../core/admins/role.ts";
import { pageRole } from "../../routes/(pages)/(_http)/page_rules.ts";
import { accessWorld, ROLE_OF_SESSION, statusOf } from "./_callers.ts";
import { routeFiles } from "./_route_files.ts";

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

Deno.test("every caller at every page and method gets what its rule says", async () => {
  await using world = await accessWorld();
  const { app, callers } = world;
  const pages = (await routeFiles()).filter(({ file }) => file.startsWith("(pages)/"));
  assert.ok(pages.length >= 6);

  for (const { pattern } of pages) {
    const path = pattern.replaceAll(/:\w+/g, "x0");
    for (const method of METHODS) {
      // Signing out would end the sessions of this test.
      if (path.endsWith("/sign-out") && method === "POST") continue;
      const needed = pageRole(method, pattern);

      for (const [caller, headers] of Object.entries(callers)) {
        const own = { ...headers, origin: app.origin };
        const { status, location } = await statusOf(app, method, path, own);
        const where = `${caller}: ${method} ${path}: ${status}`;
        const role = ROLE_OF_SESSION[caller];
        if (needed === "anyone") assert.ok(status !== 401 && status !== 403, where);
        else if (needed === null) {
          assert.ok(status === 404 || status === 405 || location === "/sign-in", where);
        } else if (needed === "member") {
          if (caller === "member's session") assert.equal(status, 415, where);
          else assert.equal(location, "/me", where);
        } else if (role === undefined) assert.equal(location, "/sign-in", where);
        else if (!isAtLeast(role, needed)) assert.equal(status, 403, where);
        // Nothing is called "x0", and a request without a form is none.
        else assert.ok(status < 300 || status === 404 || status === 415, where);
      }
    }
  }
});

Deno.test("a form from another origin is refused to everybody, at every page", async () => {
  await using world = await accessWorld();
  const { app, callers } = world;

  for (const { file, pattern } of await routeFiles()) {
    if (!file.startsWith("(pages)/") || pageRole("POST", pattern) === null) continue;
    const path = pattern.replaceAll(/:\w+/g, "x0");
    for (const [caller, headers] of Object.entries(callers)) {
      const foreign = { ...headers, origin: "https://evil.example" };
      const { status } = await statusOf(app, "POST", path, foreign);
      assert.equal(status, 403, `${caller}: POST ${path}`);
    }
  }
});

Deno.test("a viewer's dashboard has no form but those for its colours and for signing out", async () => {
  await using world = await accessWorld();
  const { app, callers } = world;
  const formsOf = async (caller: string, path: string) => {
    const html = await (await app.ask(path, { headers: callers[caller] })).text();
    return [...html.matchAll(/<form[^>]*method="post"[^>]*?(?:action="([^"]+)"[^>]*)?>/g)]
      .map(([, action]) => action ?? path);
  };

  for (const caller of ["viewer's session", "admin's session"]) {
    for (const path of ["/", "/calls", "/events"]) {
      assert.deepEqual(
        await formsOf(caller, path),
        ["/theme", "/auth/sign-out"],
        `${caller} ${path}`,
      );
    }
    // To verify the log changes nothing.
    assert.deepEqual(await formsOf(caller, "/audit"), ["/theme", "/auth/sign-out", "/audit"]);
  }
  assert.deepEqual(await formsOf("admin's session", "/settings/tokens"), [
    "/theme",
    "/auth/sign-out",
  ]);
  // One to make a token, and one for each that can be removed.
  const forms = new Set(await formsOf("owner's session", "/settings/tokens"));
  assert.deepEqual([...forms], ["/theme", "/auth/sign-out", "/settings/tokens"]);
});

Deno.test("a page says which role is missing, and the audit page who did what", async () => {
  await using world = await accessWorld();
  const { app, callers } = world;

  const refused = await app.ask("/settings/tokens", { headers: callers["viewer's session"] });
  const audit = await app.ask("/audit?limit=5", { headers: callers["viewer's session"] });

  assert.equal(refused.status, 403);
  assert.match(await refused.text(), /needs the role admin, and yours is viewer/);
  assert.match(await audit.text(), /session\.begin.*href="\/audit\?limit=5&amp;cursor=\d+"/s);
});
