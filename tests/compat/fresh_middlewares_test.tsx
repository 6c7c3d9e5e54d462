import assert from "node:assert/strict";
import { App, csp, type CSPOptions, csrf } from "fresh";

const DANGEROUS = ["POST", "PUT", "PATCH", "DELETE"];

interface Sent {
  method?: string;
  site?: string;
  origin?: string;
}

async function statusOf(app: App<unknown>, { method = "POST", site, origin }: Sent) {
  const headers = new Headers();
  if (site !== undefined) headers.set("sec-fetch-site", site);
  if (origin !== undefined) headers.set("origin", origin);
  const request = new Request("https://site.test/", { method, headers });
  return (await app.handler()(request)).status;
}

const guarded = (options?: Parameters<typeof csrf>[0]) =>
  new App().use(csrf(options)).all("/", () => new Response("ok"));

Deno.test("csrf() lets every site read", async () => {
  for (const method of ["GET", "HEAD", "OPTIONS"]) {
    const sent = { method, site: "cross-site", origin: "https://evil.test" };
    assert.equal(await statusOf(guarded(), sent), 200);
  }
});

Deno.test("csrf() refuses what another site sends, by either header", async () => {
  for (const method of DANGEROUS) {
    assert.equal(await statusOf(guarded(), { method, site: "cross-site" }), 403);
    assert.equal(await statusOf(guarded(), { method, site: "same-site" }), 403);
    assert.equal(await statusOf(guarded(), { method, origin: "https://evil.test" }), 403);
    assert.equal(await statusOf(guarded(), { method, origin: "null" }), 403);
  }
});

Deno.test("csrf() takes the site's own requests, and those of no browser", async () => {
  for (const method of DANGEROUS) {
    assert.equal(await statusOf(guarded(), { method, site: "same-origin" }), 200);
    assert.equal(await statusOf(guarded(), { method, site: "none" }), 200);
    assert.equal(await statusOf(guarded(), { method, origin: "https://site.test" }), 200);
    assert.equal(await statusOf(guarded(), { method }), 200);
  }
});

Deno.test("csrf() tells origins apart by scheme and port too", async () => {
  assert.equal(await statusOf(guarded(), { origin: "http://site.test" }), 403);
  assert.equal(await statusOf(guarded(), { origin: "https://site.test:8443" }), 403);
});

Deno.test("csrf() takes other origins when told to, and the own one no longer by itself", async () => {
  const rules = [
    "https://friend.test",
    ["https://friend.test", "https://second.test"],
    (origin: string) => origin === "https://friend.test",
  ];

  for (const origin of rules) {
    const app = guarded({ origin });
    assert.equal(await statusOf(app, { origin: "https://friend.test" }), 200);
    assert.equal(await statusOf(app, { site: "cross-site", origin: "https://friend.test" }), 200);
    assert.equal(await statusOf(app, { origin: "https://evil.test" }), 403);
    assert.equal(await statusOf(app, { origin: "https://site.test" }), 403);
  }
});

async function policy(options: CSPOptions) {
  const app = new App().use(csp(options))
    .get("/page", (ctx) => ctx.render(<script>go()</script>))
    .get("/json", (ctx) => ctx.json({}));
  const handler = app.handler();
  const get = (path: string) => handler(new Request(`https://site.test${path}`));
  const [page, json] = [await get("/page"), await get("/json")];
  return { page: page.headers, html: await page.text(), json: json.headers };
}

const directives = (headers: Headers, name = "content-security-policy") =>
  (headers.get(name) ?? "").split("; ");

Deno.test("csp() allows a site itself, and nobody to frame it", async () => {
  const { page } = await policy({});

  const sent = directives(page);
  assert.ok(sent.includes("default-src 'self'"));
  assert.ok(sent.includes("script-src 'self' 'unsafe-inline'"));
  assert.ok(sent.includes("object-src 'none'"));
  assert.ok(sent.includes("frame-ancestors 'none'"));
  assert.ok(sent.includes("form-action 'self'"));
});

Deno.test("csp() puts own directives in the place of the defaults of that name", async () => {
  const { json } = await policy({ csp: ["img-src 'none'", "frame-src 'self'"] });

  const sent = directives(json);
  assert.deepEqual(sent.filter((one) => one.startsWith("img-src")), ["img-src 'none'"]);
  assert.ok(sent.includes("frame-src 'self'"));
  assert.ok(sent.includes("default-src 'self'"));
});

Deno.test("csp() with a nonce allows a page's own scripts, and nothing else inline", async () => {
  const { html, page } = await policy({ useNonce: true });

  const [, nonce] = /<script nonce="([^"]+)"/.exec(html) ?? [];
  assert.ok(nonce !== undefined && nonce.length >= 16);
  const sent = directives(page);
  assert.ok(sent.includes(`script-src 'self' 'nonce-${nonce}'`));
  assert.ok(sent.includes(`style-src 'self' 'nonce-${nonce}'`));
  assert.ok(!sent.join().includes("unsafe-inline"));
});

Deno.test("csp() takes a new nonce for every page", async () => {
  const first = await policy({ useNonce: true });
  const second = await policy({ useNonce: true });

  assert.notEqual(
    first.page.get("content-security-policy"),
    second.page.get("content-security-policy"),
  );
});

Deno.test("csp() can have breaches reported without forbidding anything", async () => {
  const { page } = await policy({ reportOnly: true, reportTo: "/reports" });

  assert.equal(page.get("content-security-policy"), null);
  const sent = directives(page, "content-security-policy-report-only");
  assert.ok(sent.includes("report-uri /reports"));
  assert.ok(sent.includes("report-to csp-endpoint"));
  assert.equal(page.get("reporting-endpoints"), `csp-endpoint="/reports"`);
});
