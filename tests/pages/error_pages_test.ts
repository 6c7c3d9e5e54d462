import assert from "node:assert/strict";
import { startApp } from "../_support/app.ts";
import { quietly } from "../_support/quietly.ts";

const PROGRAM_PATHS = [
  "/.well-known/oauth-protected-resource",
  "/.well-known/oauth-protected-resource/ws/backend/sse",
  "/.well-known/oauth-authorization-server",
  "/.well-known/oauth-authorization-server/ws/backend/sse",
  "/.well-known/openid-configuration",
  "/.well-known/anything/else",
  "/register",
  "/ws",
  "/ws/backend",
  "/ws/backend/sse/.well-known/openid-configuration",
];

Deno.test("programs that look for what is not there get JSON", async () => {
  await using app = await startApp();

  for (const path of PROGRAM_PATHS) {
    for (const method of ["GET", "POST", "DELETE"]) {
      const headers = { accept: "text/html", origin: "https://elsewhere.example" };
      const response = await app.ask(path, { method, headers });
      assert.equal(response.status, 404, `${method} ${path}`);
      assert.match(response.headers.get("content-type") ?? "", /^application\/json/);
      assert.equal((await response.json()).error.code, "not_found");
    }
  }
});

Deno.test("people who look for what is not there get a page", async () => {
  await using app = await startApp();

  for (const path of ["/nothing", "/auth/nothing", "/registered", "/wsx", "/%E0%A4%A"]) {
    const response = await app.ask(path);
    assert.equal(response.status, 404, path);
    assert.match(response.headers.get("content-type") ?? "", /^text\/html/);
    assert.match(await response.text(), /There is nothing here/);
  }
});

Deno.test("who is signed in keeps the ways to all pages where something is not there or not allowed", async () => {
  await using app = await startApp();
  const cookie = await app.signIn("viewer");
  const open = async (path: string, own: string) => {
    const response = await app.ask(path, { headers: { cookie: own } });
    const policy = response.headers.get("content-security-policy") ?? "";
    return { status: response.status, policy, html: await response.text() };
  };

  const pages: [string, number, RegExp][] = [
    ["/nothing", 404, /<h1>There is nothing here/],
    ["/servers/nothing", 404, /<h1>There is nothing here/],
    ["/settings/tokens", 403, /<h1>Your role does not allow this/],
  ];
  for (const [path, status, title] of pages) {
    const { html, policy, ...answer } = await open(path, cookie);
    assert.equal(answer.status, status, path);
    assert.match(html, title);
    assert.match(html, /<nav aria-label="Pages"[^>]*>.*href="\/workspaces"/s, path);
    assert.match(html, /action="\/auth\/sign-out"/);
    // It runs nothing, as every page that says what went wrong.
    assert.doesNotMatch(html, /<script/, path);
    assert.match(policy, /default-src 'none'/);
  }
  for (const own of ["", "aerostack=nonsense", `aerostack=${"a".repeat(43)}`]) {
    assert.doesNotMatch((await open("/nothing", own)).html, /aria-label="Pages"|sign-out/);
  }
});

Deno.test("a page that fails says so, and not why", async () => {
  await using app = await startApp();
  const cookie = await app.signIn();
  app.services.servers.listAll = () => Promise.reject(new Error("secret detail"));

  const response = await quietly(() => app.ask("/", { headers: { cookie } }));
  const html = await response.text();

  assert.equal(response.status, 500);
  assert.equal(response.headers.get("cache-control"), "no-store");
  assert.match(html, /Something failed in the gateway/);
  assert.doesNotMatch(html, /secret detail/);
});
