import assert from "node:assert/strict";
import { listOf, SERVER, WORKSPACE } from "./_answers.ts";
import { VERSION } from "../../core/version.ts";
import { aerostack } from "./_command.ts";
import { errorBody, startStub, type StubAnswers } from "./_stub_gateway.ts";
import { serveLocally } from "../_support/upstream.ts";

const TOKEN = "aat_test-token-0123456789";

/** Runs the command against a stub; gives what it left and what the stub saw. */
async function run(answers: StubAnswers, ...args: string[]) {
  await using stub = startStub(answers);
  const env = { AEROSTACK_URL: stub.url, AEROSTACK_TOKEN: TOKEN };
  return { ...await aerostack(args, { env }), seen: stub.seen };
}

Deno.test("mcp register sends what was given and says what comes next", async () => {
  const { code, out, seen } = await run(
    { "POST /servers": { status: 201, body: SERVER } },
    ...["mcp", "register", "--name", "Internal API", "--slug", "internal-api"],
    ...["--url", "https://api.example.com/sse", "--timeout", "60"],
  );

  assert.equal(code, 0);
  assert.match(out, /Registered internal-api .*\n.*aerostack secrets set internal-api/);
  assert.deepEqual(seen, [{
    method: "POST",
    path: "/servers",
    client: `cli/${VERSION}`,
    authorization: `Bearer ${TOKEN}`,
    body: {
      name: "Internal API",
      slug: "internal-api",
      url: "https://api.example.com/sse",
      timeouts: { totalSeconds: 60 },
    },
  }]);
});

Deno.test("mcp register tells what the gateway refused and ends with 1", async () => {
  const message = 'The field "slug" is "A A", which must be lower-case letters and digits.';
  const { code, out, err } = await run(
    { "POST /servers": { status: 400, body: errorBody("invalid_input", message, "slug") } },
    ...["mcp", "register", "--name", "A", "--slug", "A A", "--url", "https://a.example"],
  );

  assert.deepEqual([code, out], [1, ""]);
  assert.equal(err, `error: ${message}\n`);
});

Deno.test("mcp list prints aligned columns", async () => {
  const { code, out } = await run(
    {
      "GET /servers": {
        body: listOf(SERVER, { ...SERVER, slug: "x", workspaces: [], secrets: [] }),
      },
    },
    ...["mcp", "list"],
  );

  assert.equal(code, 0);
  assert.deepEqual(out.split("\n"), [
    "SLUG          NAME          STATE    URL                          WORKSPACES  SECRETS",
    "internal-api  Internal API  enabled  https://api.example.com/sse  backend     API_KEY",
    "x             Internal API  enabled  https://api.example.com/sse  -           -",
    "",
  ]);
});

Deno.test("mcp list follows every page", async () => {
  let page = 0;
  await using server = serveLocally((request) => {
    const cursor = new URL(request.url).searchParams.get("cursor");
    assert.equal(cursor, page === 0 ? null : `page-${page}`);
    page++;
    return Response.json({
      items: [{ ...SERVER, slug: `s${page}` }],
      nextCursor: page < 3 ? `page-${page}` : null,
    });
  });
  const env = { AEROSTACK_URL: server.origin, AEROSTACK_TOKEN: TOKEN };

  const { code, out } = await aerostack(["mcp", "list", "--json"], { env });

  const { items, nextCursor } = JSON.parse(out);
  assert.deepEqual([code, items.length, nextCursor], [0, 3, null]);
});

Deno.test("mcp list of nothing says how to register a server", async () => {
  const { code, out } = await run({ "GET /servers": { body: listOf() } }, "mcp", "list");

  assert.equal(code, 0);
  assert.match(out, /aerostack mcp register/);
});

Deno.test("mcp show --json prints the answer as it is, unknown fields too", async () => {
  const body = { ...SERVER, later: { field: [1] } };
  const { code, out } = await run(
    { "GET /servers/internal-api": { body } },
    ...["mcp", "show", "internal-api", "--json"],
  );

  assert.equal(code, 0);
  assert.deepEqual(JSON.parse(out), body);
});

Deno.test("mcp show does not let a server's name steer the terminal", async () => {
  const body = { ...SERVER, name: "Evil\u001b[2J\u009b2J\u202ename\r\n" };
  const { out } = await run({ "GET /servers/evil": { body } }, "mcp", "show", "evil");

  assert.match(out, /Name {8}Evil \[2J 2J name\n/);
});

Deno.test("mcp show ends with 1 and as JSON when a server is unknown", async () => {
  const error = { code: "not_found", message: 'There is no server "nope".' };
  const { code, out, err } = await run(
    { "GET /servers/nope": { status: 404, body: { error } } },
    ...["mcp", "show", "nope", "--json"],
  );

  assert.deepEqual([code, out], [1, ""]);
  assert.deepEqual(JSON.parse(err), { error });
});

Deno.test("mcp update changes only what was given", async () => {
  const { code, seen } = await run(
    { "PATCH /servers/internal-api": { body: SERVER } },
    ...["mcp", "update", "internal-api", "--timeout", "5"],
  );

  assert.equal(code, 0);
  assert.deepEqual(seen[0]?.body, { timeouts: { totalSeconds: 5 } });
});

Deno.test("mcp update sends how a server is called, and nothing that was not given", async () => {
  const answers = { "PATCH /servers/internal-api": { body: SERVER } };
  const cases: [string, unknown][] = [
    ["--protocol 2025-06-18", { protocol: "2025-06-18" }],
    ["--protocol sse --max-concurrent 7", { protocol: "sse", maxConcurrent: 7 }],
    ["--connect-timeout 3 --first-byte-timeout 9", {
      timeouts: { connectSeconds: 3, firstByteSeconds: 9 },
    }],
    ["--first-byte-timeout none --idle-timeout none", {
      timeouts: { firstByteSeconds: null, idleSeconds: null },
    }],
    ["--forward-headers X-Request-Id,Accept-Language", {
      forwardHeaders: ["X-Request-Id", "Accept-Language"],
    }],
    ["--forward-headers none", { forwardHeaders: [] }],
    ["--on-leak block", { onLeak: "block" }],
  ];

  for (const [options, body] of cases) {
    const { code, seen } = await run(
      answers,
      "mcp",
      "update",
      "internal-api",
      ...options.split(" "),
    );
    assert.equal(code, 0, options);
    assert.deepEqual(seen[0]?.body, body, options);
  }
});

Deno.test("mcp update tells wrong usage before it asks the gateway anything", async () => {
  const cases: [string, RegExp][] = [
    ["--protocol 2023-01-01", /2023-01-01.*2025-11-25/],
    ["--idle-timeout never", /--idle-timeout is "never"; write a whole number from 1 to 3600/],
    ["--connect-timeout none", /--connect-timeout is "none"/],
    ["--max-concurrent 0", /whole number from 1 to 10000/],
    ["", /Nothing to change: give --name, --url, --protocol, --timeout or another option/],
  ];

  for (const [options, says] of cases) {
    const words = options.split(" ").filter((word) => word !== "");
    const { code, err, seen } = await run({}, "mcp", "update", "internal-api", ...words);
    assert.deepEqual([code, seen.length], [2, 0], options);
    assert.match(err, says);
  }
});

Deno.test("mcp show says since when and why a server is not called", async () => {
  const breaker = {
    failures: 7,
    since: new Date(Date.now() - 125_000).toISOString(),
    nextTryAt: new Date(Date.now() + 40_000).toISOString(),
    lastError: 'Server "internal-api" answered HTTP 503',
  };
  const health = { eras: ["modern", "legacy"], transport: "sse", probedAt: null, breaker };
  const show = async (nextTryAt: string) => {
    const body = { ...SERVER, health: { ...health, breaker: { ...breaker, nextTryAt } } };
    const answers = { "GET /servers/internal-api": { body } };
    return (await run(answers, "mcp", "show", "internal-api")).out;
  };

  const waiting = await show(breaker.nextTryAt);
  const due = await show(breaker.since);

  assert.match(
    waiting,
    /Health +not called: 7 failures in a row since 2 min ago; tried again in \d+ s/,
  );
  assert.match(waiting, /Last error +Server "internal-api" answered HTTP 503\n/);
  assert.match(due, /tried again with the next call/);
});

Deno.test("mcp remove asks for --force through the gateway's words, and passes it on", async () => {
  const inUse = errorBody("in_use", '"internal-api" is installed in backend; repeat with --force.');
  const refused = await run(
    { "DELETE /servers/internal-api": { status: 409, body: inUse } },
    ...["mcp", "remove", "internal-api"],
  );
  const forced = await run(
    { "DELETE /servers/internal-api": { status: 204 } },
    ...["mcp", "remove", "internal-api", "--force"],
  );

  assert.equal(refused.code, 1);
  assert.match(refused.err, /backend; repeat with --force/);
  assert.equal(forced.code, 0);
  assert.equal(forced.seen[0]?.path, "/servers/internal-api?force=true");
});

Deno.test("mcp remove keeps a name with slashes in one segment", async () => {
  const { seen } = await run({}, "mcp", "remove", "a/../../admin-tokens?x#y");

  assert.equal(seen[0]?.path, "/servers/a%2F..%2F..%2Fadmin-tokens%3Fx%23y");
});

Deno.test("mcp install and uninstall name the workspace", async () => {
  const answers = {
    "PUT /workspaces/backend/servers/internal-api": { body: WORKSPACE },
    "DELETE /workspaces/backend/servers/internal-api": { status: 204 },
  };
  const installed = await run(answers, "mcp", "install", "internal-api", "--workspace", "backend");
  const removed = await run(answers, "mcp", "uninstall", "internal-api", "--workspace", "backend");

  assert.equal(installed.code, 0);
  assert.match(installed.out, /https:\/\/mcp\.example\.com\/ws\/backend\/sse/);
  assert.equal(removed.code, 0);
  assert.match(removed.out, /Took internal-api out of backend/);
});

Deno.test("mcp test lists the tools of a server that works", async () => {
  const report = {
    ok: true,
    stage: null,
    message: "",
    protocolVersion: "2026-07-28",
    transport: "streamable-http",
    tools: [{ name: "get_user", description: "Finds a user.\nBy id." }, { name: "ping" }],
    durationMs: 34.2,
  };
  const { code, out } = await run(
    { "POST /servers/internal-api/test": { body: report } },
    ...["mcp", "test", "internal-api"],
  );

  assert.equal(code, 0);
  assert.equal(
    out,
    "internal-api works: 2 tools (MCP 2026-07-28, streamable-http, 34 ms)\n\n" +
      "TOOL      DESCRIPTION\nget_user  Finds a user.\nping\n",
  );
});

Deno.test("mcp test names the stage that failed and the fix, and ends with 1", async () => {
  const report = { ok: false, stage: "auth", message: "It answered 401.", durationMs: 3 };
  const answers = { "POST /servers/internal-api/test": { body: report } };

  const told = await run(answers, "mcp", "test", "internal-api");
  const json = await run(answers, "mcp", "test", "internal-api", "--json");

  assert.deepEqual([told.code, told.out], [1, ""]);
  assert.match(told.err, /failed at auth: It answered 401\. .*aerostack secrets set internal-api/);
  assert.equal(json.code, 1);
  assert.deepEqual(JSON.parse(json.out), report);
  assert.equal(JSON.parse(json.err).error.code, "test_failed");
});

Deno.test("mcp disable and enable say what holds now, and show and list why", async () => {
  const at = new Date(Date.now() - 120_000).toISOString();
  const by = (reason: string) => ({ ...SERVER, disabled: { at, reason, by: "Bob" } });
  const answers = {
    "POST /servers/internal-api/disable": { body: by("admin") },
    "POST /servers/internal-api/enable": { body: SERVER },
    "GET /servers": { body: listOf(by("admin"), by("leak")) },
    "GET /servers/internal-api": { body: by("admin") },
  };

  const disabled = await run(answers, "mcp", "disable", "internal-api");
  const enabled = await run(answers, "mcp", "enable", "internal-api");
  const listed = await run(answers, "mcp", "list");
  const shown = await run(answers, "mcp", "show", "internal-api");
  const leaked = await run(
    { "GET /servers/internal-api": { body: by("leak") } },
    ...["mcp", "show", "internal-api"],
  );

  assert.match(disabled.out, /^Disabled internal-api: nobody can call it/);
  assert.match(disabled.out, /Undo: aerostack mcp enable internal-api\n$/);
  assert.equal(enabled.out, "Enabled internal-api; it can be called again.\n");
  assert.match(listed.out, /Internal API {2}disabled {2}[^]*Internal API {2}blocked /);
  assert.match(shown.out, /State +disabled 2 min ago by Bob; undo: aerostack mcp enable/);
  assert.match(leaked.out, /State +blocked 2 min ago: it sent back a secret; undo/);
});
