import assert from "node:assert/strict";
import type { Call } from "../../core/calls/call.ts";
import type { InstallLimitsChange, WorkspaceLimitsChange } from "../../core/limits/limits.ts";
import { updateToken } from "../../core/tokens/update_token.ts";
import { installServer } from "../../core/workspaces/install_server.ts";
import { updateWorkspace } from "../../core/workspaces/update_workspace.ts";
import { AN_ADMIN } from "../_support/core.ts";
import { eventually } from "../_support/eventually.ts";
import { startLegacySessions } from "../_support/legacy_upstreams.ts";
import { startBothEras, startModern } from "../_support/modern_upstreams.ts";
import {
  type Answer,
  answerIn,
  bare,
  beginSession,
  type Json,
  legacy,
  messagesIn,
  modern,
  notification,
  post,
  StreamReader,
} from "./_requests.ts";
import { sharedFile, startWorld, type World } from "./_world.ts";

const ECHO = { name: "notes__echo", arguments: { text: "hi" } };

/** A gateway with a server of both eras, and one member's token. */
async function limited(limits: WorkspaceLimitsChange, install: InstallLimitsChange = {}) {
  const stack = new AsyncDisposableStack();
  const upstream = stack.use(startBothEras());
  const world = stack.use(await startWorld());
  await world.addServer("notes", upstream.url);
  await installServer(world.services, AN_ADMIN, { workspace: "team", server: "notes" }, {
    limits: install,
  });
  const { token, id } = await world.addToken();
  await limitTeam(world, limits);
  toMinuteStart(world);
  return { world, token, id, upstream, [Symbol.asyncDispose]: () => stack[Symbol.asyncDispose]() };
}

function limitTeam({ services }: World, limits: WorkspaceLimitsChange) {
  return updateWorkspace(services, AN_ADMIN, "team", { limits });
}

/** So that no minute ends while a test counts, and `Retry-After` is known: 60 s. */
function toMinuteStart(world: World): void {
  world.advance(60_000 - world.services.now().getTime() % 60_000);
}

async function callsOf({ services }: World): Promise<Call[]> {
  const team = await services.workspaces.findBySlug("team");
  assert.ok(team !== null);
  return (await services.callQueries.list(team, { limit: 100, cursor: null })).items;
}

/** What a refusal of a limit looks like on every transport. */
function assertReached(
  answer: Json | Answer,
  id: unknown,
  [limit, value, retryAfterSeconds]: [string, number, number],
): void {
  const { error, ...rest } = answer as Answer;
  assert.equal(rest.id, id);
  assert.equal(error?.code, -32005);
  assert.match(error?.message ?? "", new RegExp(`limit of ${value} .* is reached; try again`));
  assert.deepEqual(error?.data, { limit, value, retryAfterSeconds });
}

const ERAS = { modern, legacy };

for (const [era, request] of Object.entries(ERAS)) {
  const perToken: [string, number, number] = ["requestsPerMinutePerToken", 3, 60];

  Deno.test(`a ${era} client over its token's limit gets 429, and in again in the next minute`, async () => {
    await using at = await limited({ requestsPerMinutePerToken: 3 });
    const { world, token } = at;
    const call = (id: number) => world.send(request(token, "tools/call", ECHO, { id }));

    for (let id = 1; id <= 3; id++) assert.ok((await answerIn(await call(id))).result);
    const refused = await call(4);
    world.advance(59_999);
    const lastMoment = await call(5);
    world.advance(1);
    const next = await call(6);

    assert.deepEqual([refused.status, refused.headers.get("retry-after")], [429, "60"]);
    assertReached(await answerIn(refused), 4, perToken);
    assert.deepEqual([lastMoment.status, lastMoment.headers.get("retry-after")], [429, "1"]);
    assertReached(await answerIn(lastMoment), 5, ["requestsPerMinutePerToken", 3, 1]);
    assert.ok((await answerIn(next)).result);
    assert.deepEqual(
      (await callsOf(world)).map(({ outcome, server, tool }) => {
        return `${outcome} ${server} ${tool}`;
      }),
      [
        "ok notes echo",
        "refused notes echo",
        "refused notes echo",
        "ok notes echo",
        "ok notes echo",
        "ok notes echo",
      ],
    );
  });

  Deno.test(`a ${era} client over its workspace's limit gets 429, and another workspace none`, async () => {
    await using at = await limited({ requestsPerMinute: 2 });
    const { world, token } = at;
    const bob = await world.addToken("Bob");

    await answerIn(await world.send(request(token, "tools/list")));
    await answerIn(await world.send(request(bob.token, "tools/list")));
    const refused = await world.send(request(token, "tools/list"));

    assert.deepEqual([refused.status, refused.headers.get("retry-after")], [429, "60"]);
    assertReached(await answerIn(refused), 1, ["requestsPerMinute", 2, 60]);
  });

  Deno.test(`a ${era} client over a tool's limit gets 429, whatever name it calls it by`, async () => {
    await using at = await limited({}, { callsPerMinutePerTool: 2, tools: { count: null } });
    const { world, token, upstream: _ } = at;
    const { services } = world;
    const echo = () => world.send(request(token, "tools/call", ECHO));
    const ownEcho = () =>
      services.gateway.handle(
        request(token, "tools/call", { ...ECHO, name: "echo" }),
        "team",
        "notes",
      );
    const count = () =>
      world.send(request(token, "tools/call", { name: "notes__count", arguments: { to: 1 } }));

    await answerIn(await echo());
    await answerIn(await ownEcho());
    const refused = [await echo(), await ownEcho()];
    for (let at = 0; at < 4; at++) assert.ok((await answerIn(await count())).result);

    for (const response of refused) {
      assert.deepEqual([response.status, response.headers.get("retry-after")], [429, "60"]);
      assertReached(await answerIn(response), 1, ["callsPerMinutePerTool", 2, 60]);
    }
    const { outcome, tool } = (await callsOf(world)).findLast((call) => call.outcome !== "ok") ??
      {};
    assert.deepEqual([outcome, tool], ["refused", "echo"]);
  });

  Deno.test(`a ${era} client with as many calls as it may have gets 429 for one more`, async () => {
    await using at = await limited({ concurrentCallsPerToken: 1 });
    const { world, token, upstream } = at;
    const wait = { name: "notes__wait", arguments: { key: "one" } };

    const running = world.send(request(token, "tools/call", wait, { id: 1 }));
    await eventually("the call runs", () => upstream.journal.waits.get("one") === "running");
    const refused = await world.send(request(token, "tools/call", ECHO, { id: 2 }));
    const list = await world.send(request(token, "tools/list", {}, { id: 3 }));

    assert.deepEqual([refused.status, refused.headers.get("retry-after")], [429, "1"]);
    assertReached(await answerIn(refused), 2, ["concurrentCallsPerToken", 1, 1]);
    assert.ok((await answerIn(list)).result);
    await world.send(notification(token, "notifications/cancelled", { requestId: 1 }));
    await (await running).body?.cancel();
    const after = await world.send(request(token, "tools/call", ECHO, { id: 4 }));
    assert.ok((await answerIn(after)).result);
  });
}

Deno.test("a limit on calls at once of a workspace holds for all of its tokens together", async () => {
  await using at = await limited({ concurrentCalls: 1 });
  const { world, token, upstream } = at;
  const bob = await world.addToken("Bob");
  const wait = { name: "notes__wait", arguments: { key: "one" } };

  const running = world.send(modern(token, "tools/call", wait));
  await eventually("the call runs", () => upstream.journal.waits.get("one") === "running");
  const refused = await world.send(modern(bob.token, "tools/call", ECHO));

  assert.equal(refused.status, 429);
  assertReached(await answerIn(refused), 1, ["concurrentCalls", 1, 1]);
  await (await running).body?.cancel();
});

Deno.test("a batch is counted by its requests, and each one over the limit is refused by itself", async () => {
  await using at = await limited({ requestsPerMinutePerToken: 3 });
  const { world, token } = at;
  const session = await beginSession(world.send, token, {}, "2025-03-26");
  const list = (id: number) => ({ jsonrpc: "2.0", id, method: "tools/list" });
  const cancelled = { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 9 } };

  const batch = [list(1), cancelled, list(2), list(3), list(4)];
  const headers = { "mcp-session-id": session };
  const response = await world.send(post(token, batch, { headers }));
  const answers = await messagesIn(response);

  // `initialize` was the first of the three.
  assert.equal(response.status, 200);
  assert.equal(answers.filter(({ result }) => result !== undefined).length, 2);
  const refused = answers.filter(({ error }) => error !== undefined);
  assert.equal(refused.length, 2);
  for (const answer of refused) {
    assertReached(answer, answer.id, ["requestsPerMinutePerToken", 3, 60]);
  }
});

Deno.test("a client of HTTP+SSE is refused on its stream", async () => {
  await using at = await limited({ requestsPerMinutePerToken: 2 }, { callsPerMinutePerTool: 1 });
  const { world, token } = at;
  await using stream = new StreamReader(await world.send(bare("GET", token)));
  const [, path] = await stream.until(/^event: endpoint\ndata: (.*)\n\n/);
  const address = `http://gateway.test${path}`;
  const call = async (id: number) => {
    const message = { jsonrpc: "2.0", id, method: "tools/call", params: ECHO };
    const { status } = await world.send(post(token, message, { address }));
    return { status, answer: await stream.answer(id) };
  };

  const first = await call(1);
  const overTool = await call(2);
  const overToken = await call(3);

  assert.ok(first.answer.result);
  assert.deepEqual([overTool.status, overToken.status], [202, 202]);
  assertReached(overTool.answer, 2, ["callsPerMinutePerTool", 1, 60]);
  assertReached(overToken.answer, 3, ["requestsPerMinutePerToken", 2, 60]);
});

Deno.test("subscriptions/listen over the limit gets 429 and no stream", async () => {
  await using at = await limited({ requestsPerMinutePerToken: 1 });
  const { world, token } = at;

  await answerIn(await world.send(modern(token, "tools/list")));
  const params = { notifications: { toolsListChanged: true } };
  const refused = await world.send(modern(token, "subscriptions/listen", params, { id: "l" }));

  assert.deepEqual([refused.status, refused.headers.get("retry-after")], [429, "60"]);
  assertReached(await answerIn(refused), "l", ["requestsPerMinutePerToken", 1, 60]);
});

Deno.test("neither notifications nor pings count as requests", async () => {
  await using at = await limited({ requestsPerMinutePerToken: 2 });
  const { world, token } = at;
  const session = await beginSession(world.send, token);

  for (let id = 0; id < 5; id++) {
    await world.send(notification(token, "notifications/initialized", {}, { session }));
    assert.ok((await answerIn(await world.send(legacy(token, "ping", {}, { session })))).result);
  }
  const list = await world.send(legacy(token, "tools/list", {}, { session }));
  const refused = await world.send(legacy(token, "tools/list", {}, { session }));

  assert.ok((await answerIn(list)).result);
  assert.equal(refused.status, 429);
  await refused.body?.cancel();
});

Deno.test("what the gateway sends again by itself counts once", async () => {
  await using upstream = startLegacySessions();
  await using world = await startWorld();
  await world.addServer("notes", upstream.url);
  const { token } = await world.addToken();
  await installServer(world.services, AN_ADMIN, { workspace: "team", server: "notes" }, {
    limits: { tools: { echo: 2 } },
  });
  toMinuteStart(world);

  await answerIn(await world.send(legacy(token, "tools/call", ECHO)));
  // The server forgets its sessions: the next call is sent twice.
  await upstream.forgetSessions();
  const again = await answerIn(await world.send(legacy(token, "tools/call", ECHO)));
  const refused = await world.send(legacy(token, "tools/call", ECHO));

  assert.ok(again.result);
  assert.equal(refused.status, 429);
  await refused.body?.cancel();
});

Deno.test("a token's own limit is in place of its workspace's, and holds from the next call on", async () => {
  await using at = await limited({ requestsPerMinutePerToken: 2 });
  const { world, token, id } = at;
  const list = async () => {
    const response = await world.send(modern(token, "tools/list"));
    await response.body?.cancel();
    return response.status;
  };
  const set = (requestsPerMinute: number | null) =>
    updateToken(world.services, AN_ADMIN, "team", id, { limits: { requestsPerMinute } });

  const first = [await list(), await list(), await list()];
  await set(4);
  const raised = [await list(), await list(), await list()];
  await set(null);
  await limitTeam(world, { requestsPerMinutePerToken: null });
  const none = [await list(), await list()];
  await limitTeam(world, { requestsPerMinutePerToken: 4 });
  const lowered = await list();

  assert.deepEqual(first, [200, 200, 429]);
  assert.deepEqual(raised, [200, 200, 429]);
  assert.deepEqual([none, lowered], [[200, 200], 429]);
});

Deno.test("what the workspace's limit refuses is not counted for the token", async () => {
  await using at = await limited({ requestsPerMinute: 1, requestsPerMinutePerToken: 2 });
  const { world, token } = at;
  const limitIn = async () => {
    const { error } = await answerIn(await world.send(modern(token, "tools/list")));
    return (error?.data as Json | undefined)?.limit;
  };

  const first = [await limitIn(), await limitIn(), await limitIn()];
  await limitTeam(world, { requestsPerMinute: 100 });
  const then = [await limitIn(), await limitIn()];

  assert.deepEqual(first, [undefined, "requestsPerMinute", "requestsPerMinute"]);
  assert.deepEqual(then, [undefined, "requestsPerMinutePerToken"]);
});

Deno.test("two processes let in no more than the limit together", async () => {
  await using upstream = startModern();
  await using file = await sharedFile();
  await using one = await startWorld({ store: await file.open() });
  await using two = await one.another();
  await one.addServer("notes", upstream.url);
  const { token } = await one.addToken();
  await limitTeam(one, { requestsPerMinutePerToken: 40 });
  toMinuteStart(one);
  two.advance(one.services.now().getTime() - two.services.now().getTime());

  const statuses = await Promise.all(
    Array.from({ length: 80 }, async (_, at) => {
      const response = await (at % 2 === 0 ? one : two).send(modern(token, "tools/list"));
      await response.body?.cancel();
      return response.status;
    }),
  );
  const letIn = statuses.filter((status) => status === 200).length;

  assert.ok(letIn <= 40 && letIn >= 38, String(letIn));
  assert.equal(statuses.filter((status) => status === 429).length, 80 - letIn);
});

Deno.test("two processes let no more calls run at once than the limit together", async () => {
  await using upstream = startModern();
  await using file = await sharedFile();
  await using one = await startWorld({ store: await file.open() });
  await using two = await one.another();
  await one.addServer("notes", upstream.url);
  const { token } = await one.addToken();
  await limitTeam(one, { concurrentCallsPerToken: 3 });
  const wait = (key: number) => ({ name: "notes__wait", arguments: { key: `${key}` } });

  const responses = await Promise.all([one, two, one, two, one].map((world, key) => {
    return world.send(modern(token, "tools/call", wait(key)));
  }));
  const refused = [];
  for (const response of responses) {
    if (response.status === 429) refused.push(await answerIn(response));
    else await response.body?.cancel();
  }

  assert.equal(refused.length, 2);
  for (const answer of refused) assertReached(answer, 1, ["concurrentCallsPerToken", 3, 1]);
});
