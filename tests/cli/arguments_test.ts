import assert from "node:assert/strict";
import { CALL, WORKSPACE } from "./_answers.ts";
import { aerostack } from "./_command.ts";
import { errorBody, startStub, type StubAnswers } from "./_stub_gateway.ts";

const LOGGING = "/workspaces/backend/argument-logging";
const KEEPING = { ...WORKSPACE, logArguments: { maxBytes: 4_096, redact: ["*.email"] } };
const KEPT = { ...CALL, argumentsKept: true };
const PATH = `/workspaces/backend/calls/${CALL.id}`;

async function run(answers: StubAnswers, ...args: string[]) {
  await using stub = startStub(answers);
  const env = { AEROSTACK_URL: stub.url, AEROSTACK_TOKEN: "aat_test" };
  return { ...await aerostack(args, { env }), seen: stub.seen };
}

const update = (answers: StubAnswers, ...args: string[]) =>
  run(answers, "workspace", "update", "backend", ...args);

Deno.test("workspace update --log-arguments on says how they are kept", async () => {
  const { code, out, seen } = await update(
    { [`PUT ${LOGGING}`]: { body: KEEPING } },
    ...[
      "--log-arguments",
      "on",
      "--redact",
      "*.email",
      "--redact",
      "card",
      "--max-arguments",
      "4096",
    ],
  );

  assert.equal(code, 0);
  assert.deepEqual(seen[0]?.body, { maxBytes: 4_096, redact: ["*.email", "card"] });
  assert.match(
    out,
    /Arguments +kept without secrets and \*\.email, at most 4096 bytes a call/,
  );
});

Deno.test("workspace update leaves out what is not said, and takes patterns back with none", async () => {
  const answers = { [`PUT ${LOGGING}`]: { body: KEEPING } };

  const plain = await update(answers, "--log-arguments", "on");
  const none = await update(answers, "--log-arguments", "on", "--redact", "none");

  assert.deepEqual(plain.seen[0]?.body, {});
  assert.deepEqual(none.seen[0]?.body, { redact: [] });
});

Deno.test("workspace update --log-arguments off keeps none, and what needs an owner comes first", async () => {
  const answers = {
    [`DELETE ${LOGGING}`]: { body: WORKSPACE },
    "PATCH /workspaces/backend": { body: WORKSPACE },
  };

  const off = await update(answers, "--log-arguments", "off", "--name", "Backend team");
  const refused = await update(
    {
      [`DELETE ${LOGGING}`]: {
        status: 403,
        body: errorBody("forbidden", "This needs the role owner."),
      },
    },
    ...["--log-arguments", "off", "--name", "Backend team"],
  );

  assert.match(off.out, /Arguments +not kept/);
  assert.deepEqual(off.seen.map(({ method }) => method), ["DELETE", "PATCH"]);
  assert.deepEqual([refused.code, refused.err], [1, "error: This needs the role owner.\n"]);
  assert.equal(refused.seen.length, 1);
});

Deno.test("options of arguments that do not go together are wrong usage", async () => {
  const wrong = [
    ["--log-arguments", "maybe"],
    ["--log-arguments", "off", "--redact", "card"],
    ["--redact", "card"],
    ["--log-arguments", "on", "--max-arguments", "10"],
  ];

  for (const args of wrong) {
    const { code, seen } = await update({}, ...args);
    assert.deepEqual([code, seen.length], [2, 0], args.join(" "));
  }
});

Deno.test("calls show prints a call, and its arguments only when they are asked for", async () => {
  const answers = {
    [`GET ${PATH}`]: { body: KEPT },
    [`GET ${PATH}/arguments`]: {
      body: { id: CALL.id, arguments: { query: "May", card: "[redacted]" } },
    },
  };
  const show = (...args: string[]) =>
    run(answers, "calls", "show", CALL.id, "--workspace", "backend", ...args);

  const plain = await show();
  const read = await show("--arguments");
  const json = await show("--arguments", "--json");

  assert.equal(plain.seen.length, 1);
  assert.match(plain.out, /^Call +000000000000a1b20000-0\n[^]*Called +internal-api__get_user\n/);
  assert.match(plain.out, /Arguments +kept; owners read them with --arguments\n$/);
  assert.match(read.out, /\n\n\{\n {2}"query": "May",\n {2}"card": "\[redacted\]"\n\}\n$/);
  assert.deepEqual(JSON.parse(json.out).arguments, { query: "May", card: "[redacted]" });
});

Deno.test("workspace arguments purge says what holds now", async () => {
  const { code, out, seen } = await run(
    { "DELETE /workspaces/backend/arguments": { status: 204 } },
    ...["workspace", "arguments", "purge", "backend"],
  );

  assert.equal(code, 0);
  assert.equal(seen[0]?.method, "DELETE");
  assert.match(out, /Nothing opens the arguments any more that were kept in backend until now/);
});
