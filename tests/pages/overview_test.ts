import assert from "node:assert/strict";
import { registerServer } from "../../core/servers/register_server.ts";
import { createToken } from "../../core/tokens/create_token.ts";
import { createWorkspace } from "../../core/workspaces/create_workspace.ts";
import { installServer } from "../../core/workspaces/install_server.ts";
import { type RunningApp, startApp } from "../_support/app.ts";
import { AN_ADMIN } from "../_support/core.ts";
import { someCall } from "../calls/_support.ts";
import type { Role } from "../../core/admins/role.ts";

const OPEN = { AEROSTACK_ALLOW_PRIVATE_UPSTREAMS: "1" };

/** What a person reads, without tags. */
async function readPage(app: RunningApp, role: Role = "owner"): Promise<string> {
  const response = await app.ask("/", { headers: { cookie: await app.signIn(role) } });
  assert.equal(response.status, 200);
  const html = await response.text();
  return html.replaceAll(/<script.*?<\/script>|<[^>]*>/gs, " ").replaceAll(/\s+/g, " ")
    .replaceAll("&quot;", '"').replaceAll("&lt;", "<").replaceAll("&#39;", "'");
}

/** A server "reports", installed in a workspace "backend" that Alice has a token to. */
async function appInUse() {
  const app = await startApp(OPEN);
  const { services } = app;
  const url = "https://192.0.2.1/reports/mcp";
  const server = await registerServer(services, AN_ADMIN, {
    slug: "reports",
    name: "Reports",
    url,
  });
  const workspace = await createWorkspace(services, AN_ADMIN, { slug: "backend" });
  await installServer(services, AN_ADMIN, { workspace: "backend", server: "reports" });
  const alice = await createToken(services, AN_ADMIN, "backend", { name: "Alice Chen" });
  return { app, server, workspace, alice };
}

Deno.test("an empty overview shows the way to the first call, and what is done of it", async () => {
  await using app = await startApp(OPEN);
  const { services } = app;
  const steps = async () => /To the first call (\d of 6) done/.exec(await readPage(app))?.[1];
  const [url, workspace] = ["https://192.0.2.1/mcp", "backend"];

  const empty = await readPage(app);
  await registerServer(services, AN_ADMIN, { slug: "reports", name: "Reports", url });
  const one = await steps();
  await createWorkspace(services, AN_ADMIN, { slug: workspace });
  const still = await steps();
  await installServer(services, AN_ADMIN, { workspace, server: "reports" });
  await createToken(services, AN_ADMIN, workspace, { name: "Alice Chen" });

  assert.match(empty, /To the first call 0 of 6 done Add a server .* Make the first call/);
  assert.match(empty, /No calls yet/);
  assert.match(empty, /0 calls in 24 hours/);
  assert.deepEqual([one, still, await steps()], ["1 of 6", "1 of 6", "3 of 6"]);
});

Deno.test("once something was called, the overview shows it, and no way there", async () => {
  const { app, server, workspace, alice } = await appInUse();
  await using _ = app;
  const of = { tokenId: alice.id, serverId: server.id, server: "reports", durationMs: 12.1 };
  for (let index = 0; index < 3; index++) {
    const at = new Date(app.services.now().getTime() - 1_000 + index).toISOString();
    const outcome = index === 0 ? "upstream_failure" : "ok";
    const call = someCall({ ...of, at, tool: "<b>search</b>", outcome });
    await app.services.callLog.record(workspace, call);
  }

  const text = await readPage(app, "viewer");

  assert.doesNotMatch(text, /To the first call/);
  assert.match(text, /3 calls in 24 hours .* 1 error \(33\.3 %\)/);
  assert.match(text, /1 server 1 workspace 1 active token/);
  assert.match(text, /Top tools 7 days, until \d\d:\d\d UTC reports__<b>search<\/b> 3 100\.0 %/);
  assert.match(text, /Top people 7 days, until \d\d:\d\d UTC Alice Chen 3 100\.0 %/);
  assert.match(text, /Reports reports works 3 1 \(33 %\)/);
  assert.match(text, /Alice Chen backend reports__<b>search<\/b> server failed 12 ms/);
});

Deno.test("what needs attention is gone once it is solved", async () => {
  const { app, server } = await appInUse();
  await using _ = app;
  const { services } = app;
  await services.servers.update(AN_ADMIN, "server.block", server.id, (server) => ({
    ...server,
    disabled: { at: services.now().toISOString(), reason: "leak", by: "the gateway" },
  }));

  const blocked = await readPage(app);
  await services.servers.update(AN_ADMIN, "server.enable", server.id, (server) => ({
    ...server,
    disabled: null,
  }));
  const enabled = await readPage(app);

  assert.match(blocked, /What needs attention 1 now Reports is blocked: it sent back a secret\./);
  assert.match(blocked, /Reports reports blocked/);
  assert.match(enabled, /What needs attention Nothing: no server fails/);
});

Deno.test("the latest calls are those of the workspaces that were called last", async () => {
  const { app, alice } = await appInUse();
  await using _ = app;
  const { services } = app;
  for (let index = 0; index < 12; index++) {
    const workspace = await createWorkspace(services, AN_ADMIN, { slug: `team-${index}` });
    const at = new Date(Date.now() - (60 - index) * 60_000 + 500).toISOString();
    const call = someCall({ at, tokenId: alice.id, tool: `tool_${index}_` });
    await services.callLog.record(workspace, call);
  }

  const text = await readPage(app);

  const latest = text.slice(text.indexOf("Latest calls"));
  const shown = [...latest.matchAll(/internal-api__tool_(\d+)_/g)].map(([, index]) => index);
  assert.deepEqual(shown, ["11", "10", "9", "8", "7", "6", "5", "4", "3", "2"]);
});
