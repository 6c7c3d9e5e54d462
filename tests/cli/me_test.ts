import assert from "node:assert/strict";
import { TOKEN_TEXT } from "./_answers.ts";
import { aerostack, type RunOptions, tempConfig } from "./_command.ts";
import { startStub } from "./_stub_gateway.ts";

const SELF = {
  name: "Alice Chen",
  email: "alice@example.com",
  workspace: { slug: "backend", name: "Backend" },
  logsArguments: false,
  page: "https://mcp.example.com/me",
  servers: [{
    slug: "github",
    name: "GitHub",
    secrets: [
      { name: "TOKEN", isSet: true, setAt: "2026-11-01T10:00:00.000Z", hasShared: false },
      { name: "ORG_KEY", isSet: false, setAt: null, hasShared: true },
      { name: "OTHER", isSet: false, setAt: null, hasShared: false },
    ],
  }],
};
const ANSWERS = {
  "GET /me": { body: SELF },
  "PUT /me/secrets/github/TOKEN": { status: 204 },
  "DELETE /me/secrets/github/TOKEN": { status: 204 },
};
const REFUSING = { "GET /me": { status: 401 }, "GET /servers": { status: 401 } };

async function run(args: readonly string[], { env, stdin }: RunOptions = {}, answers = {}) {
  await using stub = startStub({ ...ANSWERS, ...answers });
  const own = { AEROSTACK_URL: stub.url, AEROSTACK_TOKEN: TOKEN_TEXT, ...env };
  return { ...await aerostack(args, { env: own, stdin }), seen: stub.seen, url: stub.url };
}

Deno.test("me secrets list says what is set, what is shared and what is missing", async () => {
  const { code, out } = await run(["me", "secrets", "list"]);

  assert.equal(code, 0);
  assert.match(out, /^SERVER +SECRET +VALUE +SET\ngithub +TOKEN +yours +\d+ /);
  assert.match(out, /ORG_KEY +shared +-\ngithub +OTHER +missing +-/);
  assert.match(
    out,
    /aerostack me secrets set <server> <NAME>, or at https:\/\/mcp\.example\.com\/me/,
  );
});

Deno.test("me secrets set and remove send the value, and never print it", async () => {
  const set = await run(["me", "secrets", "set", "github", "TOKEN", "--stdin"], {
    stdin: "ghp_0123456789\n",
  });
  const removed = await run(["me", "secrets", "remove", "github", "TOKEN"]);

  assert.deepEqual([set.code, removed.code], [0, 0]);
  assert.deepEqual(set.seen[0]?.body, { value: "ghp_0123456789" });
  assert.match(set.out, /Your TOKEN of github is set, from your next call on/);
  assert.doesNotMatch(set.out + set.err, /ghp_/);
  assert.equal(removed.seen[0]?.method, "DELETE");
});

Deno.test("each verb says whose token it needs", async () => {
  const admin = { env: { AEROSTACK_TOKEN: "aat_test" } };

  const asAdmin = await run(["me", "secrets", "list"], admin, REFUSING);
  const asMember = await run(["mcp", "list"], {}, REFUSING);
  const ended = await run(["me", "secrets", "list"], {}, REFUSING);

  assert.deepEqual([asAdmin.code, asMember.code, ended.code], [1, 1, 1]);
  assert.match(asAdmin.err, /your own token, which begins with mwt_/);
  assert.match(asMember.err, /needs an admin's token\. A member's/);
  assert.match(ended.err, /refused the token.*workspace token create/);
  for (const { err } of [asAdmin, asMember, ended]) assert.ok(!err.includes(TOKEN_TEXT));
});

Deno.test("login keeps a member's token, and status says who they are", async () => {
  await using folder = await tempConfig();
  const env = { AEROSTACK_CONFIG_DIR: folder.dir, AEROSTACK_TOKEN: "" };

  const stub = startStub(ANSWERS);
  const own = { env: { ...env, AEROSTACK_URL: stub.url } };
  const login = await aerostack(["login", "--token", TOKEN_TEXT], own);
  const status = await aerostack(["status"], own);
  await stub[Symbol.asyncDispose]();

  assert.equal(login.code, 0, login.err);
  assert.match(login.out, /as Alice Chen, a member of backend/);
  assert.match(status.out, /Signed in as +Alice Chen, a member of backend/);
  assert.match(status.out, /Arguments +are not kept/);
});

Deno.test("members are told where the arguments of their calls are kept", async () => {
  const keeping = { "GET /me": { body: { ...SELF, logsArguments: true } } };

  const kept = await run(["me", "secrets", "list"], {}, keeping);
  const status = await run(["status"], {}, keeping);
  const none = await run(["me", "secrets", "list"]);

  assert.match(kept.out, /workspace backend keeps the arguments of your calls/);
  assert.match(status.out, /Arguments +of your calls are kept, without secrets/);
  assert.doesNotMatch(none.out, /arguments/);
});
