import assert from "node:assert/strict";
import type { Outcome } from "../../core/calls/call.ts";
import { setSecret } from "../../core/secrets/set_secret.ts";
import { registerServer } from "../../core/servers/register_server.ts";
import { createToken } from "../../core/tokens/create_token.ts";
import { revokeToken } from "../../core/tokens/revoke_token.ts";
import { createWorkspace } from "../../core/workspaces/create_workspace.ts";
import { installServer } from "../../core/workspaces/install_server.ts";
import { type RunningApp, startApp } from "../_support/app.ts";

/** What a person reads, without tags. */
async function readPage(app: RunningApp): Promise<string> {
  const response = await app.ask("/", { headers: { cookie: await app.signIn() } });
  assert.equal(response.status, 200);
  const html = await response.text();
  return html.replaceAll(/<script.*?<\/script>|<[^>]*>/gs, " ").replaceAll(/\s+/g, " ")
    .replaceAll("&quot;", '"').replaceAll("&lt;", "<");
}

function register(app: RunningApp, slug: string) {
  const url = `https://192.0.2.1/${slug}/mcp`;
  return registerServer(app.services, { slug, name: `Server ${slug}`, url });
}

const OPEN = { AEROSTACK_ALLOW_PRIVATE_UPSTREAMS: "1" };

Deno.test("an empty overview says what to do next", async () => {
  await using app = await startApp();

  const text = await readPage(app);

  assert.match(text, /Start here: a token for the command line/);
  assert.match(text, /aerostack mcp register --name "Internal API" --slug internal-api --url/);
  assert.match(text, /aerostack workspace create backend/);
  assert.match(text, /aerostack workspace token create backend --name "Alice Chen"/);
  assert.match(text, /No calls yet/);
});

Deno.test("the overview shows what was registered, and no secret's value", async () => {
  await using app = await startApp(OPEN);
  const { services } = app;
  await register(app, "internal-api");
  const injection = { kind: "header" as const, name: "X-API-Key" };
  await setSecret(services, "internal-api", "API_KEY", { value: "sk-very-secret", injection });
  await createWorkspace(services, { slug: "backend", name: "Backend team" });
  await installServer(services, { workspace: "backend", server: "internal-api" });
  const alice = await createToken(services, "backend", { name: "Alice Chen" });
  const bob = await createToken(services, "backend", { name: "Bob Lee" });
  await revokeToken(services, "backend", bob.id);

  const text = await readPage(app);

  assert.match(text, /Server internal-api internal-api https:\/\/192\.0\.2\.1\/internal-api\/mcp/);
  assert.match(text, /API_KEY header X-API-Key backend/);
  assert.match(text, /Backend team backend http:\/\/127\.0\.0\.1:\d+\/ws\/backend\/sse/);
  assert.ok(text.includes(`Alice Chen backend ${alice.visibleStart}… active`));
  assert.ok(text.includes(`Bob Lee backend ${bob.visibleStart}… revoked`));
  for (const hidden of ["sk-very-secret", alice.token, bob.token]) {
    assert.ok(!text.includes(hidden));
  }
});

Deno.test("a workspace without servers says how to install one", async () => {
  await using app = await startApp(OPEN);
  await register(app, "reports");
  await createWorkspace(app.services, { slug: "backend" });

  const text = await readPage(app);

  assert.match(text, /aerostack mcp install reports --workspace backend/);
});

Deno.test("the latest calls are shown, and when each token was last used", async () => {
  await using app = await startApp(OPEN);
  const { services } = app;
  await register(app, "reports");
  const workspace = await createWorkspace(services, { slug: "backend" });
  const alice = await createToken(services, "backend", { name: "Alice Chen" });
  await createToken(services, "backend", { name: "Idle Ida" });
  for (let minutes = 25; minutes > 0; minutes--) {
    const outcome: Outcome = minutes === 3 ? "upstream_failure" : "ok";
    await services.callLog.record(workspace.id, {
      at: new Date(Date.now() - minutes * 60_000 - 1_000).toISOString(),
      tokenId: alice.id,
      person: "Alice Chen",
      email: null,
      server: "reports",
      method: "tools/call" as const,
      tool: `tool_${minutes}_`,
      era: "modern",
      outcome,
      durationMs: 12.4,
      bytesIn: 1,
      bytesOut: 1,
    });
  }

  const text = await readPage(app);

  assert.match(text, /1 min ago Alice Chen backend reports__tool_1_ ok 12 ms/);
  assert.match(text, /3 min ago Alice Chen backend reports__tool_3_ server failed/);
  assert.match(text, /tool_20_/);
  assert.doesNotMatch(text, /tool_21_/);
  assert.match(text, /Alice Chen backend mwt_alice_\S+… active just now never 1 min ago/);
  assert.match(text, /Idle Ida backend mwt_idle_\S+… active just now never never/);
});

Deno.test("of more than 100 the overview shows 100, and says that there are more", async () => {
  await using app = await startApp(OPEN);
  const { services } = app;
  for (let at = 0; at < 101; at++) {
    await register(app, `server-${at}`);
    await createWorkspace(services, { slug: `workspace-${at}` });
  }
  for (let at = 0; at < 101; at++) {
    await createToken(services, "workspace-0", { name: `Person ${at}` });
  }

  const text = await readPage(app);

  assert.equal(text.match(/https:\/\/192\.0\.2\.1\/server-\d+\/mcp /g)?.length, 100);
  assert.equal(text.match(/mwt_person_/g)?.length, 100);
  assert.equal(text.match(/There are more than these 100\./g)?.length, 3);
  assert.match(text, /aerostack mcp list/);
});
