import assert from "node:assert/strict";
import { listOf, SERVER, TOKEN, TOKEN_TEXT, WORKSPACE } from "./_answers.ts";
import { aerostack } from "./_command.ts";
import { startStub, type StubAnswers } from "./_stub_gateway.ts";

async function run(answers: StubAnswers, ...args: string[]) {
  await using stub = startStub(answers);
  const env = { AEROSTACK_URL: stub.url, AEROSTACK_TOKEN: "aat_test" };
  return { ...await aerostack(args, { env }), seen: stub.seen };
}

const POLICY = { allow: ["list_*"], deny: ["drop_*"], readOnly: true };
const [INSTALLED] = WORKSPACE.servers;
const RULED = { ...WORKSPACE, servers: [{ ...INSTALLED, policy: POLICY, onChange: "hold" }] };

const CHANGES = [
  {
    id: "3f9a01c2b4d5",
    kind: "tool",
    name: "query\nApproved query.",
    change: "changed",
    seenAt: "2026-11-01T10:00:00.000Z",
    diff: [{ field: "description", before: '"Runs it."', after: '"Runs it.\u001b[2J Twice."' }],
  },
  {
    id: "0123456789ab",
    kind: "prompt",
    name: "ask",
    change: "added",
    seenAt: "2026-11-01T10:00:00.000Z",
    diff: [],
  },
];
const PATH = "/servers/internal-api/changes";

Deno.test("mcp install sends a policy and says what is shown from then on", async () => {
  const answers = { "PUT /workspaces/backend/servers/internal-api": { body: RULED } };
  const place = ["mcp", "install", "internal-api", "--workspace", "backend"];

  const ruled = await run(
    answers,
    ...place,
    ...["--read-only", "--allow", "list_*", "--allow", "get_?", "--deny", "drop_*"],
    ...["--on-change", "hold"],
  );
  const plain = await run(answers, ...place);
  const open = await run(answers, ...place, "--no-policy");

  const policy = { allow: ["list_*", "get_?"], deny: ["drop_*"], readOnly: true };
  assert.deepEqual(ruled.seen[0]?.body, { policy, onChange: "hold" });
  assert.match(ruled.out, /from now on: read-only, allow list_\*, deny drop_\*/);
  assert.match(ruled.out, /aerostack mcp review internal-api/);
  assert.deepEqual(plain.seen[0]?.body, {});
  assert.deepEqual(open.seen[0]?.body, { policy: null });
});

Deno.test("--no-policy beside a rule, and an update that changes nothing, are wrong usage", async () => {
  const place = ["mcp", "install", "internal-api", "--workspace", "backend"];
  const both = await run({}, ...place, "--no-policy", "--allow", "a");
  const nothing = await run({}, "workspace", "token", "update", "backend", "mwt_alice");
  const wrong = await run({}, ...place, "--on-change", "ask");

  assert.deepEqual([both, nothing, wrong].map(({ code }) => code), [2, 2, 2]);
  assert.match(nothing.err, /--read-only/);
});

Deno.test("a token's policy is given with it, changed later, and shown in the list", async () => {
  const policy = { allow: [], deny: ["db__*"], readOnly: false };
  const token = { ...TOKEN, policy };
  const answers = {
    "GET /workspaces/backend": { body: WORKSPACE },
    "POST /workspaces/backend/tokens": { status: 201, body: { ...token, token: TOKEN_TEXT } },
    "PATCH /workspaces/backend/tokens/mwt_alice": { body: token },
    "GET /workspaces/backend/tokens": { body: listOf(token) },
  };
  const verb = ["workspace", "token"];

  const created = await run(answers, ...verb, "create", "backend", "--name", "A", "--read-only");
  const updated = await run(answers, ...verb, "update", "backend", "mwt_alice", "--deny", "db__*");
  const listed = await run(answers, ...verb, "list", "backend");

  assert.deepEqual(
    (created.seen[1]?.body as { policy: unknown }).policy,
    { readOnly: true },
  );
  assert.deepEqual((updated.seen[0]?.body as { policy: unknown }).policy, { deny: ["db__*"] });
  assert.match(updated.out, /shows from now on: deny db__\*/);
  assert.match(listed.out, /POLICY[^]*deny db__\*/);
});

Deno.test("workspace show and mcp show tell of policies and of changes to decide on", async () => {
  const answers = {
    "GET /workspaces/backend": { body: RULED },
    "GET /servers/internal-api": { body: { ...SERVER, changesWaiting: 2 } },
  };
  const workspace = await run(answers, "workspace", "show", "backend");
  const server = await run(answers, "mcp", "show", "internal-api");

  assert.match(
    workspace.out,
    /- internal-api +read-only, allow list_\*, deny drop_\*; hold changes/,
  );
  assert.match(server.out, /2 changed definitions to decide on; aerostack mcp review internal-api/);
});

Deno.test("mcp review shows what changed, and lets no server write lines of its own", async () => {
  const answers = { [`GET ${PATH}`]: { body: listOf(...CHANGES) } };
  const { code, out, seen } = await run(answers, "mcp", "review", "internal-api");

  assert.equal(code, 0);
  assert.match(out, /tool query Approved query\. was changed .* \(3f9a01c2b4d5\)/);
  assert.match(out, / {2}description\n {2}- "Runs it\."\n {2}\+ "Runs it\. \[2J Twice\."/);
  assert.match(out, /prompt ask was added/);
  assert.ok(!out.includes("\u001b"));
  assert.ok(!/^Approved/m.test(out));
  assert.deepEqual(seen.map(({ method }) => method), ["GET"]);
});

Deno.test("mcp review approves and dismisses by name and id, and all that it was shown", async () => {
  const report = { approved: ["query"], dismissed: [], waiting: 1 };
  const answers = {
    [`GET ${PATH}`]: { body: listOf(...CHANGES) },
    [`POST ${PATH}`]: { body: report },
  };
  const review = ["mcp", "review", "internal-api"];

  const some = await run(answers, ...review, "--approve", "query", "--dismiss", "0123456789ab");
  const all = await run(answers, ...review, "--all");
  const both = await run(answers, ...review, "--all", "--approve", "query");

  assert.deepEqual(some.seen.at(-1)?.body, { approve: ["query"], dismiss: ["0123456789ab"] });
  assert.deepEqual(all.seen.at(-1)?.body, { approve: CHANGES.map(({ id }) => id), dismiss: [] });
  assert.match(all.out, /Approved query\. 1 definition of internal-api still to decide on\./);
  assert.equal(both.code, 2);
});
