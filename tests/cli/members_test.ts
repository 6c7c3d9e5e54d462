import assert from "node:assert/strict";
import { listOf } from "./_answers.ts";
import { aerostack } from "./_command.ts";
import { startStub, type StubAnswers } from "./_stub_gateway.ts";

const MEMBER = {
  email: "alice@example.com",
  tokens: ["backend", "frontend"].map((workspace) => ({
    workspace,
    id: "tok_0123456789abcdefghij",
    name: "Alice Chen",
    visibleStart: "mwt_alice_Ab3d",
    createdAt: "2026-11-01T10:00:00.000Z",
    expiresAt: null,
  })),
};

async function run(answers: StubAnswers, ...args: string[]) {
  await using stub = startStub(answers);
  const env = { AEROSTACK_URL: stub.url, AEROSTACK_TOKEN: "aat_test" };
  return await aerostack(args, { env });
}

Deno.test("member list and show say who has access to what", async () => {
  const answers = {
    "GET /members": { body: listOf(MEMBER) },
    "GET /members/alice%40example.com": { body: MEMBER },
  };

  const listed = await run(answers, "member", "list");
  const shown = await run(answers, "member", "show", "alice@example.com");

  assert.deepEqual([listed.code, shown.code], [0, 0]);
  assert.match(listed.out, /alice@example.com {2}Alice Chen {2}backend, frontend {7}2\n/);
  assert.match(shown.out, /backend +tok_0123456789abcdefghij +mwt_alice_Ab3d +Alice Chen +never/);
});

Deno.test("member offboard prints what it ended, or that there was nothing", async () => {
  const path = "POST /members/alice%40example.com/offboard";
  const { email, tokens } = MEMBER;

  const ended = await run(
    { [path]: { body: { email, revoked: tokens, secretsRemoved: 1 } } },
    ...["member", "offboard", email],
  );
  const nothing = await run(
    { [path]: { body: { email, revoked: [], secretsRemoved: 0 } } },
    ...["member", "offboard", email],
  );
  const secrets = await run(
    { [path]: { body: { email, revoked: [], secretsRemoved: 2 } } },
    ...["member", "offboard", email],
  );

  assert.match(
    ended.out,
    /^Offboarded alice@example.com: 2 tokens in 2 workspaces revoked, 1 secret of their own removed, /,
  );
  assert.match(ended.out, /frontend +tok_/);
  assert.equal(nothing.out, "alice@example.com had no access; nothing was changed.\n");
  assert.match(secrets.out, /had no access; 2 secrets of their own removed\./);
});
