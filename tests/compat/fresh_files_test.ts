import assert from "node:assert/strict";
import { asset } from "fresh/runtime";
import { fixtureHandler } from "../_support/fixture_app.ts";
import { quietly } from "../_support/quietly.ts";

const handler = await fixtureHandler();

async function get(path: string, init: RequestInit = {}) {
  const response = await handler(new Request(`https://site.test${path}`, init));
  const { headers, status } = response;
  return { headers, status, body: await response.text() };
}

Deno.test("a route file answers the path that its name says", async () => {
  assert.match((await get("/")).body, /<h1>Home<\/h1>/);
  assert.match((await get("/bare")).body, /<p>bare<\/p>/);
  assert.equal((await get("/api/echo")).body, `"GET"`);
});

Deno.test("a parameter in a file's name is found in the path", async () => {
  const { body, headers, status } = await get("/posts/hello%20world");

  assert.match(body, /<h1 data-route="\/posts\/:slug">hello world<\/h1>/);
  assert.equal(status, 203);
  assert.equal(headers.get("x-post"), "yes");
});

Deno.test("a file may take the rest of a path, or an optional part", async () => {
  assert.match((await get("/docs/a/b/c")).body, /docs: a\/b\/c</);
  assert.match((await get("/shop")).body, /shop: all</);
  assert.match((await get("/shop/tea")).body, /shop: tea</);
  assert.equal((await get("/shop/tea/green")).status, 404);
});

Deno.test("a folder in round brackets is no part of the path, but has its layout", async () => {
  const { body } = await get("/local");

  assert.match(body, /<div class="inner"><div class="box">/);
  assert.equal((await get("/(inner)/local")).status, 404);
});

Deno.test("components and islands among the routes are no pages", async () => {
  assert.equal((await get("/_islands/Local")).status, 404);
  assert.equal((await get("/_components/Box")).status, 404);
  assert.equal((await get("/ignored_test")).status, 404);
});

Deno.test("a file may say for itself which path it answers", async () => {
  assert.deepEqual(JSON.parse((await get("/v1/items/42")).body), { id: "42" });
  assert.equal((await get("/v1/items/x")).status, 404);
  assert.equal((await get("/api/elsewhere")).status, 404);
});

Deno.test("_middleware runs in front of the files of its folder, as a list too", async () => {
  assert.match((await get("/")).body, /data-trail="first,second"/);
});

Deno.test("_error shows what was thrown, with its status and without its secrets", async () => {
  const gone = await get("/posts/gone");
  const broken = await get("/posts/broken");
  const unknown = await get("/nowhere");

  assert.equal(gone.status, 410);
  assert.match(gone.body, /<p id="error">410 at \/posts\/gone<\/p>/);
  assert.equal(broken.status, 500);
  assert.doesNotMatch(broken.body, /secret/);
  assert.equal(unknown.status, 404);
  assert.match(unknown.body, /404 at \/nowhere/);
});

Deno.test("a handler of its own answers each method, and HEAD is answered by GET", async () => {
  const form = new FormData();
  form.set("title", "new");

  const sent = await get("/posts/x", { method: "POST", body: form });
  const head = await get("/posts/x", { method: "HEAD" });

  assert.equal(sent.status, 303);
  assert.equal(sent.headers.get("location"), "/posts/new");
  assert.deepEqual([head.status, head.body], [203, ""]);
});

// The documentation promises 405. The real package answers 404 for files that it loads late.
Deno.test("a file refuses a method that it has no handler for", async () => {
  const { status } = await get("/posts/x", { method: "PUT" });

  assert.ok(status === 405 || status === 404, String(status));
});

Deno.test("a handler that is one function answers every method", async () => {
  for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE"]) {
    assert.equal((await get("/api/echo", { method })).body, JSON.stringify(method));
  }
});

Deno.test("static files are served with their type, and asked for again every time", async () => {
  const { body, headers, status } = await get("/site.css");

  assert.equal(status, 200);
  assert.match(body, /margin/);
  assert.match(headers.get("content-type") ?? "", /^text\/css/);
  assert.match(headers.get("cache-control") ?? "", /no-cache/);
  assert.match((await get("/nested/deep.txt")).body, /a nested file/);
});

Deno.test("a static file that is locked to the build may be kept for a year", async () => {
  const { headers, status } = await get(asset("/site.css"));

  assert.equal(status, 200);
  assert.equal(headers.get("cache-control"), "public, max-age=31536000, immutable");
});

Deno.test("a static file that is locked to another build is asked for anew", async () => {
  const { headers, status } = await get("/site.css?__frsh_c=another&a=1");

  assert.equal(status, 307);
  assert.equal(headers.get("location"), "/site.css?a=1");
});

Deno.test("static files answer HEAD, and nothing that would change them", async () => {
  const head = await get("/site.css", { method: "HEAD" });
  const post = await get("/site.css", { method: "POST" });

  assert.deepEqual([head.status, head.body], [200, ""]);
  assert.equal(post.status, 405);
});

Deno.test("no path leads out of the static folder", async () => {
  const paths = [
    "/../main.ts",
    "/..%2fmain.ts",
    "/%2e%2e/main.ts",
    "/nested/..%2f..%2fmain.ts",
    "/..%5cmain.ts",
    "/%00",
    "/%",
  ];

  for (const path of paths) {
    const { body, status } = await quietly(() => get(path));
    assert.ok(status >= 400, path);
    assert.doesNotMatch(body, /import/);
  }
});

Deno.test("islands' scripts are served under addresses that may be kept for a year", async () => {
  const { body } = await get("/counter");
  const scripts = [...body.matchAll(/from "(\/_fresh\/[^"]+\.js)"/g)].map(([, path]) => path);

  assert.ok(scripts.length >= 3);
  for (const script of scripts) {
    const { headers, status } = await get(script);
    assert.equal(status, 200);
    assert.match(headers.get("content-type") ?? "", /javascript/);
    assert.equal(headers.get("cache-control"), "public, max-age=31536000, immutable");
  }
});

Deno.test("a page has the scripts of its own islands, under its policy's nonce", async () => {
  const { body, headers } = await get("/local");

  const [, nonce] = /'nonce-(\w+)'/.exec(headers.get("content-security-policy") ?? "") ?? [];
  const scripts = body.match(/<script[^>]*>/g) ?? [];
  assert.equal(scripts.length, 1);
  assert.ok(scripts[0].includes(`nonce="${nonce}"`));
  assert.match(body, /Local/);
  assert.doesNotMatch(body, /Counter|Facts/);
});

Deno.test("what an island is passed cannot end the script that carries it", async () => {
  const { body } = await get("/facts");

  assert.equal(body.match(/<\/script>/g)?.length, 1);
});
