import assert from "node:assert/strict";
import { join } from "node:path";
import { startGateway, temporaryDataDir } from "../_support/gateway.ts";
import {
  comeBack,
  CookieJar,
  gitHubEnv,
  goToGitHub,
  someGitHub,
} from "../_support/github_sign_in.ts";

/** Asks a process for a path; follows no redirect. */
function at({ origin }: { origin: string }) {
  const ask = (path: string, init: RequestInit = {}) =>
    fetch(origin + path, { redirect: "manual", ...init });
  return { ask };
}

Deno.test("a sign-in that begins at one process ends at another, in the gateway's own store", async () => {
  await using github = someGitHub();
  await using folder = await temporaryDataDir();
  const env = gitHubEnv(github);
  await using a = await startGateway({ dataDir: folder.path, env });
  await using b = await startGateway({ dataDir: folder.path, env });
  const jar = new CookieJar();

  const callback = await goToGitHub(at(a), jar, "/auth/sign-in?next=/audit");
  const location = await comeBack(at(b), jar, callback);
  const headers = { cookie: jar.header };
  const page = await at(a).ask("/audit", { headers });
  const form = new URLSearchParams();
  const out = await at(b).ask("/auth/sign-out", {
    method: "POST",
    body: form,
    headers: { ...headers, origin: b.origin },
  });
  const after = await at(a).ask("/audit", { headers });

  assert.equal(location, "/audit");
  assert.equal(page.status, 200);
  assert.equal(out.headers.get("location"), "/sign-in");
  assert.equal(after.headers.get("location"), "/sign-in");
  await Promise.all([page, out, after].map((response) => response.body?.cancel()));
  // What the library keeps lies beside ours, and is gone when somebody is signed in.
  const kv = await Deno.openKv(join(folder.path, "kv.sqlite3"));
  const theirs = await Array.fromAsync(kv.list({ prefix: ["site_sessions"] }));
  const begun = await Array.fromAsync(kv.list({ prefix: ["oauth_sessions"] }));
  kv.close();
  assert.deepEqual([theirs.length, begun.length], [0, 0]);
});
