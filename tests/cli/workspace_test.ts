import assert from "node:assert/strict";
import { listOf, TOKEN, TOKEN_TEXT, WORKSPACE } from "./_answers.ts";
import { aerostack } from "./_command.ts";
import { errorBody, startStub, type StubAnswers } from "./_stub_gateway.ts";

async function run(answers: StubAnswers, ...args: string[]) {
  await using stub = startStub(answers);
  const env = { AEROSTACK_URL: stub.url, AEROSTACK_TOKEN: "aat_test" };
  return { ...await aerostack(args, { env }), seen: stub.seen };
}

const CREATE = {
  "GET /workspaces/backend": { body: WORKSPACE },
  "POST /workspaces/backend/tokens": { status: 201, body: { ...TOKEN, token: TOKEN_TEXT } },
};

Deno.test("workspace create, list, show and remove work by slug", async () => {
  const answers = {
    "POST /workspaces": { status: 201, body: WORKSPACE },
    "GET /workspaces": { body: listOf(WORKSPACE) },
    "GET /workspaces/backend": { body: WORKSPACE },
    "DELETE /workspaces/backend": { status: 204 },
  };
  const created = await run(answers, "workspace", "create", "backend", "--name", "Backend team");
  const listed = await run(answers, "workspace", "list");
  const shown = await run(answers, "workspace", "show", "backend");
  const removed = await run(answers, "workspace", "remove", "backend", "--force");

  assert.deepEqual([created, listed, shown, removed].map(({ code }) => code), [0, 0, 0, 0]);
  assert.deepEqual(created.seen[0]?.body, { slug: "backend", name: "Backend team" });
  assert.match(listed.out, /WORKSPACE {2}STATE {4}SERVERS {7}TOKENS {2}URL\nbackend .* 2 {2}https/);
  assert.match(shown.out, /Active tokens {2}2\n/);
  assert.equal(removed.seen[0]?.path, "/workspaces/backend?force=true");
});

Deno.test("workspace token create prints the token once, its URL and a ready mcp.json", async () => {
  const { code, out, seen } = await run(
    CREATE,
    ...["workspace", "token", "create", "backend"],
    ...["--name", "Alice Chen", "--email", "alice@example.com", "--expires", "2w"],
  );

  const config = JSON.parse(out.slice(out.indexOf("{")));
  const body = seen[1]?.body as { name: string; email: string; expiresAt: string };
  assert.equal(code, 0);
  assert.match(out, /not be shown again/);
  assert.match(out, /URL: https:\/\/mcp\.example\.com\/ws\/backend\/sse/);
  assert.deepEqual(config, {
    mcpServers: {
      backend: { url: WORKSPACE.url, headers: { Authorization: `Bearer ${TOKEN_TEXT}` } },
    },
  });
  assert.deepEqual([body.name, body.email], ["Alice Chen", "alice@example.com"]);
  const days = (Date.parse(body.expiresAt) - Date.now()) / 86_400_000;
  assert.ok(days > 13.9 && days <= 14, String(days));
});

Deno.test("workspace token create --editor prints the shape that each editor reads", async () => {
  const typed = {
    type: "http",
    url: WORKSPACE.url,
    headers: { Authorization: `Bearer ${TOKEN_TEXT}` },
  };
  const shapes = {
    "vscode": { servers: { backend: typed } },
    "claude-code": { mcpServers: { backend: typed } },
  };

  for (const [editor, shape] of Object.entries(shapes)) {
    const args = ["workspace", "token", "create", "backend", "--name", "A", "--editor", editor];
    const { out } = await run(CREATE, ...args);
    assert.deepEqual(JSON.parse(out.slice(out.indexOf("{"))), shape);
  }
});

Deno.test("workspace token create makes no token when the workspace is unknown", async () => {
  const { code, err, seen } = await run(
    { "GET /workspaces/nope": { status: 404, body: errorBody("not_found", "No such workspace.") } },
    ...["workspace", "token", "create", "nope", "--name", "A"],
  );

  assert.deepEqual([code, err], [1, "error: No such workspace.\n"]);
  assert.equal(seen.length, 1);
});

Deno.test("workspace token list and revoke name tokens by id and visible start", async () => {
  const answers = {
    "GET /workspaces/backend/tokens": { body: listOf(TOKEN) },
    "DELETE /workspaces/backend/tokens/mwt_alice_Ab3d": { body: TOKEN },
  };
  const listed = await run(answers, "workspace", "token", "list", "backend");
  const revoked = await run(
    answers,
    ...["workspace", "token", "revoke", "backend", "mwt_alice_Ab3d"],
  );

  assert.match(listed.out, /^ID .*STARTS WITH .*NAME .*EMAIL .*STATUS .*ENDS .*CREATED\ntok_/);
  assert.equal(revoked.code, 0);
  assert.match(revoked.out, /Revoked mwt_alice_Ab3d… of Alice Chen/);
});

Deno.test("workspace list and token list of nothing say what comes next", async () => {
  const answers = {
    "GET /workspaces": { body: listOf() },
    "GET /workspaces/backend/tokens": { body: listOf() },
  };
  const workspaces = await run(answers, "workspace", "list");
  const tokens = await run(answers, "workspace", "token", "list", "backend");

  assert.match(workspaces.out, /aerostack workspace create/);
  assert.match(tokens.out, /aerostack workspace token create backend/);
});

Deno.test("workspace disable and enable say what holds now, and show and list tell", async () => {
  const [server] = WORKSPACE.servers;
  const closed = {
    ...WORKSPACE,
    disabledAt: WORKSPACE.createdAt,
    servers: [{ ...server, isDisabled: true }],
  };
  const answers = {
    "POST /workspaces/backend/disable": { body: closed },
    "POST /workspaces/backend/enable": { body: WORKSPACE },
    "GET /workspaces": { body: listOf(closed) },
    "GET /workspaces/backend": { body: closed },
  };

  const disabled = await run(answers, "workspace", "disable", "backend");
  const enabled = await run(answers, "workspace", "enable", "backend");
  const listed = await run(answers, "workspace", "list");
  const shown = await run(answers, "workspace", "show", "backend");

  assert.match(disabled.out, /^Disabled workspace backend: its tokens are refused/);
  assert.match(disabled.out, /Undo: aerostack workspace enable backend\n$/);
  assert.match(enabled.out, /^Enabled workspace backend; the tokens that it had work again/);
  assert.match(listed.out, /\nbackend +disabled /);
  assert.match(shown.out, /State +disabled [^]*Servers +internal-api \(disabled\)/);
});
