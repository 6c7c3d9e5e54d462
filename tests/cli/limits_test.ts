import assert from "node:assert/strict";
import { TOKEN, TOKEN_TEXT, WORKSPACE } from "./_answers.ts";
import { aerostack } from "./_command.ts";
import { startStub, type StubAnswers } from "./_stub_gateway.ts";

const ANSWERS = {
  "POST /workspaces": { status: 201, body: WORKSPACE },
  "GET /workspaces/backend": { body: WORKSPACE },
  "PATCH /workspaces/backend": { body: WORKSPACE },
  "POST /workspaces/backend/tokens": { status: 201, body: { ...TOKEN, token: TOKEN_TEXT } },
  "PATCH /workspaces/backend/tokens/mwt_alice": {
    body: { ...TOKEN, limits: { requestsPerMinute: 120, concurrentCalls: null } },
  },
  "PUT /workspaces/backend/servers/internal-api": {
    body: {
      ...WORKSPACE,
      servers: [{
        ...WORKSPACE.servers[0],
        limits: { callsPerMinutePerTool: 30, tools: { search: 5, free: null } },
      }],
    },
  },
} satisfies StubAnswers;

async function run(...args: string[]) {
  await using stub = startStub(ANSWERS);
  const env = { AEROSTACK_URL: stub.url, AEROSTACK_TOKEN: "aat_test" };
  const finished = await aerostack(args, { env });
  return { ...finished, body: stub.seen.at(-1)?.body };
}

Deno.test("workspace update sends what it was given, none as null, and shows the limits", async () => {
  const { code, out, body } = await run(
    ...["workspace", "update", "backend", "--requests-per-minute", "600"],
    ...["--requests-per-minute-per-token", "none", "--concurrent-calls-per-token", "5"],
  );

  assert.equal(code, 0);
  assert.deepEqual(body, {
    limits: {
      requestsPerMinute: 600,
      requestsPerMinutePerToken: null,
      concurrentCallsPerToken: 5,
    },
  });
  assert.match(out, /Limits +600 requests\/min, 5 calls at once each token\n/);
});

Deno.test("workspace create, token create and token update take limits", async () => {
  const created = await run("workspace", "create", "backend", "--concurrent-calls", "50");
  const token = await run(
    ...["workspace", "token", "create", "backend", "--name", "CI", "--requests-per-minute", "10"],
  );
  const updated = await run(
    ...["workspace", "token", "update", "backend", "mwt_alice", "--requests-per-minute", "120"],
  );

  assert.deepEqual([created.code, token.code, updated.code], [0, 0, 0]);
  assert.deepEqual(created.body, { slug: "backend", limits: { concurrentCalls: 50 } });
  assert.deepEqual(token.body, { name: "CI", limits: { requestsPerMinute: 10 } });
  assert.deepEqual(updated.body, { limits: { requestsPerMinute: 120 } });
  assert.match(updated.out, /It may do: 120 requests\/min/);
});

Deno.test("mcp install takes limits for each tool and for single ones", async () => {
  const { code, out, body } = await run(
    ...["mcp", "install", "internal-api", "--workspace", "backend"],
    ...["--calls-per-minute-per-tool", "30"],
    ...["--calls-per-minute", "search=5", "--calls-per-minute", "free=none"],
  );
  const taken = await run(
    ...["mcp", "install", "internal-api", "--workspace", "backend", "--calls-per-minute", "none"],
  );

  assert.equal(code, 0);
  assert.deepEqual(body, {
    limits: { callsPerMinutePerTool: 30, tools: { search: 5, free: null } },
  });
  assert.match(out, /Limits: 30 calls\/min each tool, search 5 calls\/min, free unlimited\n/);
  assert.deepEqual(taken.body, { limits: { tools: {} } });
});

Deno.test("limits that are none, and an update of nothing, are wrong usage with the fix", async () => {
  const wrong: [string[], RegExp][] = [
    [["workspace", "update", "backend", "--concurrent-calls", "0"], /from 1 to 1000000/],
    [["workspace", "update", "backend", "--requests-per-minute", "many"], /whole number/],
    [["workspace", "update", "backend"], /Nothing to change/],
    [["workspace", "token", "update", "backend", "mwt_alice"], /Nothing to change/],
    [
      ["mcp", "install", "internal-api", "--workspace", "backend", "--calls-per-minute", "5"],
      /run_query=10/,
    ],
  ];

  for (const [args, message] of wrong) {
    const { code, err } = await run(...args);
    assert.equal(code, 2, args.join(" "));
    assert.match(err, message);
  }
});
