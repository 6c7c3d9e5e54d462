import assert from "node:assert/strict";
import { disableServer, enableServer } from "../../core/servers/disable_server.ts";
import { disableWorkspace, enableWorkspace } from "../../core/workspaces/disable_workspace.ts";
import { uninstallServer } from "../../core/workspaces/uninstall_server.ts";
import { AN_ADMIN } from "../_support/core.ts";
import { eventually } from "../_support/eventually.ts";
import { startStreamableFeatures } from "../_support/feature_server_legacy.ts";
import { startModern } from "../_support/modern_upstreams.ts";
import type { Upstream } from "../_support/upstream.ts";
import { answerIn, bare, beginSession, legacy, modern, StreamReader } from "./_requests.ts";
import { sharedFile, startPair, startWorld, type World } from "./_world.ts";

const WAIT = { name: "notes__wait", arguments: { key: "a" } };
const JSON_ONLY = { accept: "application/json" };
const SENTENCE = 'Server "notes" is disabled by an admin.';

function disable(world: World, reason: "admin" | "leak" = "admin") {
  return disableServer(world.services, { ...AN_ADMIN, name: "Bob" }, "notes", reason);
}

Deno.test("a disabled server is called on no process, and says why", async () => {
  await using file = await sharedFile();
  await using upstream = startModern();
  await using one = await startWorld({ store: await file.open() });
  await using two = await one.another();
  await one.addServer("notes", upstream.url);
  const { token } = await one.addToken();
  const call = { name: "notes__echo", arguments: {} };
  for (const world of [one, two]) {
    await answerIn(await world.send(modern(token, "tools/call", call)));
  }
  const before = upstream.journal.requests.length;

  for (const reason of ["admin", "leak"] as const) {
    await disable(one, reason);
    for (const world of [one, two]) {
      for (const make of [modern, legacy]) {
        const response = await world.send(make(token, "tools/call", call));
        const { error } = await answerIn(response);
        assert.equal(response.status, 200);
        assert.equal(error?.code, -32603);
        if (reason === "admin") assert.equal(error?.message, SENTENCE);
        else {assert.match(
            error?.message ?? "",
            /^Server "notes" is blocked because it sent back a/,
          );}
      }
    }
    await enableServer(one.services, AN_ADMIN, "notes");
  }

  assert.equal(upstream.journal.requests.length, before);
  for (const world of [one, two]) {
    const { result } = await answerIn(await world.send(modern(token, "tools/call", call)));
    assert.ok(result !== undefined);
  }
});

Deno.test("a call to a disabled server is on the record as refused", async () => {
  await using upstream = startModern();
  await using world = await startWorld();
  await world.addServer("notes", upstream.url);
  const { token } = await world.addToken();
  await disable(world);

  await world.send(modern(token, "tools/call", { name: "notes__echo", arguments: {} }));

  const workspace = await world.services.workspaces.findBySlug("team");
  assert.ok(workspace !== null);
  const query = { limit: 10, cursor: null };
  const { items: [call] } = await world.services.callQueries.list(workspace, query);
  assert.deepEqual([call.server, call.tool, call.outcome], ["notes", "echo", "refused"]);
});

Deno.test("lists name a disabled server, and leave its tools out", async () => {
  await using upstream = startModern();
  await using world = await startWorld();
  await world.addServer("notes", upstream.url);
  await world.addServer("other", upstream.url);
  const { token } = await world.addToken();
  await disable(world);

  const { result } = await answerIn(await world.send(modern(token, "tools/list")));

  const names: string[] = result.tools.map((tool: { name: string }) => tool.name);
  assert.ok(names.length > 0 && names.every((name) => name.startsWith("other__")), String(names));
  assert.deepEqual(result._meta["dev.aerostack/unavailableServers"], [
    { server: "notes", error: SENTENCE },
  ]);
});

Deno.test("a disabled server's own endpoint says why, and in other workspaces nothing", async () => {
  await using upstream = startModern();
  await using world = await startWorld();
  await world.addServer("notes", upstream.url);
  const { token } = await world.addToken();
  const address = "http://gateway.test/ws/team/servers/notes/sse";
  const send = (request: Request) => world.services.gateway.handle(request, "team", "notes");
  await disable(world);

  for (const make of [modern, legacy]) {
    for (const method of ["tools/list", "tools/call"]) {
      const params = method === "tools/call" ? { name: "echo", arguments: {} } : {};
      const { error } = await answerIn(await send(make(token, method, params, { address })));
      assert.equal(error?.message, SENTENCE, method);
    }
  }
  const discovery = await answerIn(await send(modern(token, "server/discover", {}, { address })));
  assert.equal(discovery.error?.message, SENTENCE);

  await uninstallServer(world.services, AN_ADMIN, { workspace: "team", server: "notes" });
  const call = modern(token, "tools/call", { name: "notes__echo", arguments: {} });
  const { error } = await answerIn(await world.send(call));
  assert.equal(error?.message, "Unknown tool: notes__echo");
});

for (const how of ["disabled", "uninstalled"] as const) {
  Deno.test(`a call that runs at a server when that is ${how} is cut, naming it`, async () => {
    for (const make of [modern, legacy]) {
      await using file = await sharedFile();
      await using upstream = startModern();
      await using one = await startWorld({ store: await file.open() });
      await using two = await one.another();
      await one.addServer("notes", upstream.url);
      const { token } = await one.addToken();
      const reply = two.send(make(token, "tools/call", WAIT, { headers: JSON_ONLY }));
      await waits(upstream, "running");

      if (how === "disabled") await disable(one);
      else await uninstallServer(one.services, AN_ADMIN, { workspace: "team", server: "notes" });

      await waits(upstream, "cancelled");
      const response = await reply;
      const { error } = await answerIn(response);
      assert.equal(response.status, 200);
      assert.match(
        error?.message ?? "",
        how === "disabled" ? /^Server "notes" is disabled/ : /^Server "notes" is not installed/,
      );
    }
  });
}

Deno.test("a call that waits for its client's answers ends when its server is disabled", async () => {
  await using upstream = startStreamableFeatures("2025-11-25");
  await using world = await startWorld();
  await world.addServer("notes", upstream.url);
  const { token } = await world.addToken();
  const meta = { "io.modelcontextprotocol/clientCapabilities": { elicitation: {} } };
  const call = modern(token, "tools/call", { name: "notes__ask_form", arguments: {} }, { meta });
  const { result } = await answerIn(await world.send(call));
  assert.equal(result.resultType, "input_required");

  await disable(world);

  const isCancelled = () =>
    upstream.journal.requests.some(({ body }) => body.includes("notifications/cancelled"));
  await eventually("the server is told", isCancelled);
});

Deno.test("clients are told that lists have changed when a server is disabled and enabled", async () => {
  await using pair = await startPair(startStreamableFeatures("2025-11-25"));
  const { one, two, token, session } = pair;
  await using stream = new StreamReader(await two.send(bare("GET", token, session)));
  await stream.until(/:\n\n/);

  await disable(one);
  await stream.until(/notifications\/tools\/list_changed/);
  await enableServer(one.services, AN_ADMIN, "notes");
  await stream.until(/notifications\/tools\/list_changed/);
});

Deno.test("a disabled workspace refuses as an unknown one does, and opens for the same tokens", async () => {
  await using file = await sharedFile();
  await using upstream = startModern();
  await using one = await startWorld({ store: await file.open() });
  await using two = await one.another();
  await one.addServer("notes", upstream.url);
  const { token } = await one.addToken();
  const session = await beginSession(one.send, token);
  const list = () => modern(token, "tools/list");
  for (const world of [one, two]) assert.equal((await world.send(list())).status, 200);

  await disableWorkspace(one.services, AN_ADMIN, "team");

  for (const world of [one, two]) {
    const unknown = await described(await world.send(list(), "nope"));
    assert.deepEqual(await described(await world.send(list())), unknown);
    assert.deepEqual(await described(await world.send(bare("GET", token, session))), unknown);
    assert.equal(unknown[0], 401);
  }
  await enableWorkspace(one.services, AN_ADMIN, "team");
  for (const world of [one, two]) {
    assert.equal((await world.send(legacy(token, "ping", {}, { session }))).status, 200);
  }
});

Deno.test("disabling a workspace ends streams and calls on every process", async () => {
  await using file = await sharedFile();
  await using upstream = startModern();
  await using one = await startWorld({ store: await file.open() });
  await using two = await one.another();
  await one.addServer("notes", upstream.url);
  const { token } = await one.addToken();
  const session = await beginSession(one.send, token);
  await using stream = new StreamReader(await two.send(bare("GET", token, session)));
  await stream.until(/:\n\n/);
  const reply = two.send(modern(token, "tools/call", WAIT, { headers: JSON_ONLY }));
  await waits(upstream, "running");

  await disableWorkspace(one.services, AN_ADMIN, "team");

  await stream.ended();
  await waits(upstream, "cancelled");
  assert.equal((await reply).status, 401);
});

async function described(response: Response): Promise<unknown[]> {
  return [response.status, response.headers.get("www-authenticate"), await response.text()];
}

async function waits({ journal }: Upstream, how: string): Promise<void> {
  await eventually(`the call is ${how}`, () => journal.waits.get("a") === how);
}
