import assert from "node:assert/strict";
import { SINK_OUTPUT_EXAMPLES } from "../../core/api/sink_examples.ts";
import { listOf } from "./_answers.ts";
import { aerostack, type RunOptions } from "./_command.ts";
import { startStub } from "./_stub_gateway.ts";

const SINK = SINK_OUTPUT_EXAMPLES.SinkView;
const ANSWERS = {
  "POST /sinks": { status: 201, body: SINK },
  "GET /sinks": { body: listOf(SINK) },
  "GET /sinks/SIEM": { body: { ...SINK, lostRecords: 3, lostUncounted: true } },
  "PATCH /sinks/SIEM": { body: { ...SINK, status: "disabled", failure: null } },
  "DELETE /sinks/SIEM": { status: 204 },
  "POST /sinks/SIEM/test": {
    body: { ok: false, message: "The sink answered HTTP 401; check its headers.", durationMs: 12 },
  },
};

async function run(args: readonly string[], { stdin }: RunOptions = {}) {
  await using stub = startStub(ANSWERS);
  const env = { AEROSTACK_URL: stub.url, AEROSTACK_TOKEN: "aat_test" };
  return { ...await aerostack(["sink", ...args], { env, stdin }), seen: stub.seen };
}

const ADD = ["add", "--name", "SIEM", "--kind", "otlp", "--url", SINK.url];

Deno.test("sink add sends what it was given, and no value of a header is printed", async () => {
  const { code, out, err, seen } = await run([
    ...ADD,
    "--from",
    "beginning",
    "--no-gzip",
    "--workspaces",
    "engineering, sales",
    "--include",
    "calls,audit",
    "--header",
    "Authorization: Bearer a:secret",
    "--header",
    "X-Source",
    "--stdin",
  ], { stdin: "another secret\n" });

  assert.equal(code, 0, err);
  assert.deepEqual(seen[0]?.body, {
    name: "SIEM",
    kind: "otlp",
    url: SINK.url,
    from: "beginning",
    gzip: false,
    workspaces: ["engineering", "sales"],
    include: ["calls", "audit"],
    headers: { Authorization: "Bearer a:secret", "X-Source": "another secret" },
  });
  assert.match(out, /sent to SIEM from its beginning on/);
  assert.doesNotMatch(out + err, /secret/);
});

Deno.test("sink add says nothing that it was not told", async () => {
  const { seen } = await run(ADD);

  assert.deepEqual(seen[0]?.body, { name: "SIEM", kind: "otlp", url: SINK.url });
});

Deno.test("sink list and show say how far a sink is, and what it lost", async () => {
  const listed = await run(["list"]);
  const shown = await run(["show", "SIEM"]);

  assert.match(listed.out, /^NAME +KIND +URL +WORKSPACES +SENT +LOST +STATUS\nSIEM +otlp /);
  assert.match(listed.out, /120400 +0 +failing, 95 s behind$/m);
  assert.match(shown.out, /^Failing +since .*: the sink answered HTTP 503$/m);
  assert.match(shown.out, /^Lost +more than 3$/m);
  assert.match(shown.out, /^Headers +authorization$/m);
});

Deno.test("sink update, remove and test speak to the sink of that name", async () => {
  const updated = await run([
    "update",
    "SIEM",
    "--workspaces",
    "all",
    "--remove-header",
    "X-Old",
    "--disable",
  ]);
  const removed = await run(["remove", "SIEM"]);
  const tested = await run(["test", "SIEM"]);

  assert.deepEqual(updated.seen[0]?.body, {
    workspaces: null,
    headers: { "X-Old": null },
    enabled: false,
  });
  assert.match(updated.out, /^Status +disabled, 95 s behind$/m);
  assert.deepEqual([removed.code, removed.seen[0]?.method], [0, "DELETE"]);
  assert.equal(tested.code, 1);
  assert.match(tested.err, /answered HTTP 401; check its headers/);
});

Deno.test("sink refuses what cannot be meant", async () => {
  const wrong: [string[], RegExp][] = [
    [["add", "--name", "SIEM", "--url", SINK.url], /--kind/],
    [[...ADD.with(4, "syslog")], /otlp.*jsonl/],
    [["update", "SIEM"], /Nothing to change/],
    [["update", "SIEM", "--enable", "--disable"], /keep one/],
    [[...ADD, "--stdin"], /one --header/],
    [[...ADD, "--header", "X-Key"], /no terminal/],
  ];

  for (const [args, sentence] of wrong) {
    const { code, err, seen } = await run(args);
    assert.equal(code, 2, err);
    assert.match(err, sentence);
    assert.equal(seen.length, 0);
  }
});
