import assert from "node:assert/strict";
import { CALL, listOf } from "./_answers.ts";
import { aerostack } from "./_command.ts";
import { startStub, type StubAnswers } from "./_stub_gateway.ts";

const ENTRY = {
  seq: 7,
  at: CALL.at,
  actor: { kind: "token", id: "adm_0123456789abcdefghij", name: "Bob Lee", via: "cli" },
  action: "server.update",
  subject: { server: "internal-api", serverId: "srv_0123456789abcdefghij" },
  changes: { name: { before: "Old", after: "New" } },
  previousHash: "0".repeat(64),
  hash: "1".repeat(64),
};
const LAST = { seq: 7, hash: "1".repeat(64) };

async function run(answers: StubAnswers, ...args: string[]) {
  await using stub = startStub(answers);
  const env = { AEROSTACK_URL: stub.url, AEROSTACK_TOKEN: "aat_test" };
  return { ...await aerostack(args, { env }), seen: stub.seen };
}

Deno.test("audit list prints who did what to what, and what changed", async () => {
  const { code, out, seen } = await run(
    { "GET /audit": { body: listOf(ENTRY) } },
    ...["audit", "list", "--actor", "Bob Lee", "--action", "server", "--limit", "5"],
  );

  assert.equal(code, 0);
  assert.equal(seen[0]?.path, "/audit?actor=Bob+Lee&action=server&limit=5");
  assert.deepEqual(out.split("\n"), [
    "#  WHEN       WHO            DID            TO                   CHANGED",
    "7  2 min ago  Bob Lee (cli)  server.update  server internal-api  name: Old → New",
    "",
  ]);
});

Deno.test("audit verify says that the log is whole, and what to note down", async () => {
  const whole = { ok: true, count: 7, last: LAST, problem: null };

  const { code, out } = await run({ "GET /audit/verify": { body: whole } }, "audit", "verify");

  assert.equal(code, 0);
  assert.match(out, /is whole: 7 entries/);
  assert.match(out, new RegExp(`audit verify --expect 7:${LAST.hash}`));
});

Deno.test("audit verify exits 1 on a broken log, and says which entry and why", async () => {
  const message = "its content is not what was written";
  const broken = { ok: false, count: 2, last: LAST, problem: { seq: 3, message } };
  const answers = { "GET /audit/verify": { body: broken } };

  const words = await run(answers, "audit", "verify");
  const json = await run(answers, "audit", "verify", "--json", "--expect", `7:${LAST.hash}`);

  assert.deepEqual([words.code, json.code], [1, 1]);
  assert.equal(words.err, `error: The audit log is broken at entry 3: ${message}.\n`);
  assert.deepEqual(JSON.parse(json.out), broken);
  assert.equal(json.seen[0]?.path, `/audit/verify?expect=7%3A${LAST.hash}`);
});

Deno.test("the command says in a header that it is the command", async () => {
  await using stub = startStub({ "GET /audit": { body: listOf() } });
  const env = { AEROSTACK_URL: stub.url, AEROSTACK_TOKEN: "aat_test" };

  await aerostack(["audit", "list"], { env });

  assert.match(stub.seen[0]?.client ?? "", /^cli\/\d+\.\d+\.\d+$/);
});
