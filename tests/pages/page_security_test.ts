import assert from "node:assert/strict";
import { type RunningApp, startApp } from "../_support/app.ts";

const FOREIGN: Record<string, string>[] = [
  { origin: "https://evil.example" },
  { origin: "null" },
  { origin: "http://127.0.0.1:1", "sec-fetch-site": "same-site" },
  { origin: "https://evil.example", "sec-fetch-site": "cross-site" },
];

async function headersOf(app: RunningApp, path: string, cookie = ""): Promise<Headers> {
  const response = await app.ask(path, { headers: { cookie } });
  // Deno 2.5 takes three minutes to close a server whose long answer was left in the middle.
  await response.text();
  return response.headers;
}

Deno.test("a form of another site is refused before it does anything", async () => {
  await using app = await startApp();
  const cookie = await app.signIn();
  const link = await app.signInLink();
  const fields = { name: "theirs", days: "never" };

  for (const headers of FOREIGN) {
    for (const path of [link, "/auth/sign-out", "/settings/tokens"]) {
      const response = await app.submit(path, { cookie, headers, fields });
      assert.equal(response.status, 403, `${path} from ${headers.origin}`);
      assert.equal(response.headers.get("set-cookie"), null);
      assert.match(await response.text(), /another site/);
    }
  }

  const { items } = await app.services.admins.tokens.list({ limit: 1, cursor: null });
  assert.deepEqual(items, []);
  const page = await app.ask("/", { headers: { cookie } });
  assert.equal(page.status, 200);
  const own = await app.submit(link);
  assert.equal(own.status, 303);
  await Promise.all([page.body?.cancel(), own.body?.cancel()]);
});

Deno.test("behind a proxy, the public URL's own forms are taken", async () => {
  await using app = await startApp({ AEROSTACK_PUBLIC_URL: "https://mcp.example.com" });

  const response = await app.submit(await app.signInLink(), {
    headers: { origin: "https://mcp.example.com" },
  });

  assert.equal(response.status, 303);
  await response.body?.cancel();
});

Deno.test("every page keeps out of caches, frames and referrers", async () => {
  await using app = await startApp();
  const cookie = await app.signIn();

  for (const path of ["/", "/settings/tokens", "/sign-in", "/auth/link/x", "/nothing", "/a/b"]) {
    const headers = await headersOf(app, path, path.startsWith("/s") ? "" : cookie);
    assert.equal(headers.get("cache-control"), "no-store", path);
    assert.equal(headers.get("x-frame-options"), "DENY", path);
    assert.equal(headers.get("x-content-type-options"), "nosniff", path);
    assert.equal(headers.get("referrer-policy"), "no-referrer", path);
    assert.equal(headers.get("cross-origin-resource-policy"), "same-origin", path);
    assert.match(headers.get("content-security-policy") ?? "", /frame-ancestors 'none'/, path);
  }
});

Deno.test("what scripts and frames of other sites ask for is refused", async () => {
  await using app = await startApp();
  const cookie = await app.signIn();
  const statusFor = async (path: string, site: string, mode: string) => {
    const headers = { cookie, "sec-fetch-site": site, "sec-fetch-mode": mode };
    const response = await app.ask(path, { headers });
    await response.text();
    return response.status;
  };

  for (const path of ["/", "/live?topics=calls", "/settings/admins"]) {
    assert.equal(await statusFor(path, "cross-site", "no-cors"), 403, path);
    assert.equal(await statusFor(path, "same-site", "cors"), 403, path);
  }
  assert.equal(await statusFor("/", "cross-site", "navigate"), 200);
  assert.equal(await statusFor("/", "same-origin", "cors"), 200);
});

Deno.test("the referrer is left out where forms tell otherwise where they come from", async () => {
  await using app = await startApp({ HOST: "0.0.0.0" });
  await using secure = await startApp({ AEROSTACK_PUBLIC_URL: "https://mcp.example.com" });
  const policyAt = async ({ askFrom }: RunningApp, origin: string) => {
    const response = await askFrom("203.0.113.7", `${origin}/sign-in`);
    await response.text();
    return response.headers.get("referrer-policy");
  };

  for (const origin of ["http://localhost:8000", "http://127.0.0.1:8000", "http://[::1]:8000"]) {
    assert.equal(await policyAt(app, origin), "no-referrer", origin);
  }
  for (
    const origin of ["http://10.0.0.7:8000", "http://gateway.local", "http://127.evil.example"]
  ) {
    assert.equal(await policyAt(app, origin), "same-origin", origin);
  }
  // A proxy took https off.
  assert.equal(await policyAt(secure, "http://10.0.0.7:8000"), "no-referrer");
});

Deno.test("a page runs only the scripts that it was sent with", async () => {
  await using app = await startApp();
  const cookie = await app.signIn();

  const response = await app.ask("/", { headers: { cookie } });
  const html = await response.text();

  const policy = response.headers.get("content-security-policy") ?? "";
  const nonce = /script-src 'self' 'nonce-([^']+)'/.exec(policy)?.[1];
  assert.ok(nonce !== undefined);
  assert.doesNotMatch(policy, /unsafe/);
  assert.match(policy, /default-src 'none'/);
  assert.match(policy, /style-src 'self'(;|$)/);
  for (const [script] of html.matchAll(/<script[^>]*>/g)) assert.ok(script.includes(nonce), script);
  assert.doesNotMatch(html, /<style|\sstyle=|\son[a-z]+=/);
});

Deno.test("browsers are sent to https only where there is https", async () => {
  await using plain = await startApp();
  await using secure = await startApp({ AEROSTACK_PUBLIC_URL: "https://mcp.example.com" });

  const policies = [plain, secure].map(async (app) => {
    return (await headersOf(app, "/sign-in")).get("content-security-policy") ?? "";
  });
  const [open, encrypted] = await Promise.all(policies);

  assert.doesNotMatch(open, /upgrade-insecure-requests/);
  assert.match(encrypted, /upgrade-insecure-requests/);
});

Deno.test("what pages are sent with does not touch the API and the MCP endpoint", async () => {
  await using app = await startApp();

  for (const path of ["/api/v1/status", "/api/v1/openapi.json", "/ws/backend/sse"]) {
    const headers = await headersOf(app, path);
    assert.equal(headers.get("content-security-policy"), null, path);
    assert.equal(headers.get("x-frame-options"), null, path);
    assert.equal(headers.get("set-cookie"), null, path);
  }
});

Deno.test("a session opens pages, not the API", async () => {
  await using app = await startApp();
  const cookie = await app.signIn();

  const response = await app.ask("/api/v1/status", { headers: { cookie } });

  assert.equal(response.status, 401);
  await response.body?.cancel();
});

Deno.test("no answer's policy lets anything inline run, page or not", async () => {
  await using app = await startApp();
  const cookie = await app.signIn();

  for (const path of ["/", "/palette?q=a", "/me/secrets", "/settings/tokens", "/sign-in"]) {
    const policy = (await headersOf(app, path, cookie)).get("content-security-policy") ?? "";
    assert.match(policy, /script-src 'self'/, path);
    assert.doesNotMatch(policy, /unsafe/, path);
  }
});
