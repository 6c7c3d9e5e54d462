import assert from "node:assert/strict";
import { disableServer, enableServer } from "../../core/servers/disable_server.ts";
import { revokeToken } from "../../core/tokens/revoke_token.ts";
import { createWorkspace } from "../../core/workspaces/create_workspace.ts";
import { createToken } from "../../core/tokens/create_token.ts";
import { disableWorkspace } from "../../core/workspaces/disable_workspace.ts";
import { installServer } from "../../core/workspaces/install_server.ts";
import { removeWorkspace } from "../../core/workspaces/remove_workspace.ts";
import { uninstallServer } from "../../core/workspaces/uninstall_server.ts";
import { AN_ADMIN } from "../_support/core.ts";
import { eventually, pause } from "../_support/eventually.ts";
import { startModernFeatures } from "../_support/feature_server_modern.ts";
import {
  askOutside,
  restarted,
  startTalkativeSse,
  startTalkativeStreamable,
  TALKATIVE_KINDS,
  type TalkativeUpstream,
} from "../_support/session_upstreams.ts";
import { answerIn, bare, beginSession, legacy, modern, StreamReader } from "./_requests.ts";
import { sharedFile, startWorld, type World } from "./_world.ts";

const ECHO = { name: "notes__echo", arguments: { text: "a" } };
const URI = "notes://today#~notes";

/** Two processes, and a server that both of its members have sessions with, at process two. */
async function twoMembers(upstream: TalkativeUpstream) {
  const stack = new AsyncDisposableStack();
  const file = stack.use(await sharedFile());
  const one = stack.use(await startWorld({ store: await file.open() }));
  const two = stack.use(await one.another());
  await one.addServer("notes", upstream.url);
  const [alice, bob] = [await one.addToken(), await one.addToken("Bob")];
  for (const { token } of [alice, bob]) await echo(two, token);
  assert.equal(upstream.sessions().length, 2);
  return { one, two, alice, bob, [Symbol.asyncDispose]: () => stack[Symbol.asyncDispose]() };
}

async function echo(world: World, token: string, session?: string, workspace?: string) {
  const call = legacy(token, "tools/call", ECHO, { session });
  const { result } = await answerIn(await world.send(call, workspace));
  assert.equal(result?.content[0].text, "a");
}

for (const { name, start } of TALKATIVE_KINDS) {
  Deno.test(`a revocation closes the member's sessions at servers, and nobody else's: ${name}`, async () => {
    await using upstream = start();
    await using world = await twoMembers(upstream);

    await revokeToken(world.one.services, AN_ADMIN, "team", world.alice.id);

    await eventually("the server was told", () => upstream.sessions().length === 1);
    await echo(world.two, world.bob.token);
    assert.equal(upstream.sessions().length, 1);
  });
}

Deno.test("disabling a server or a workspace, or removing it, closes everybody's sessions", async () => {
  const ends: ((world: World) => Promise<unknown>)[] = [
    ({ services }) => disableServer(services, AN_ADMIN, "notes", "admin"),
    ({ services }) => disableWorkspace(services, AN_ADMIN, "team"),
    ({ services }) => removeWorkspace(services, AN_ADMIN, "team", { force: true }),
    ({ services }) => uninstallServer(services, AN_ADMIN, { workspace: "team", server: "notes" }),
  ];
  for (const end of ends) {
    await using upstream = startTalkativeStreamable();
    await using world = await twoMembers(upstream);

    await end(world.one);

    await eventually("the server was told", () => upstream.sessions().length === 0);
  }
});

Deno.test("uninstalling a server leaves sessions of other workspaces alone", async () => {
  await using upstream = startTalkativeStreamable();
  await using world = await twoMembers(upstream);
  const { services } = world.one;
  await createWorkspace(services, AN_ADMIN, { slug: "other" });
  await installServer(services, AN_ADMIN, { workspace: "other", server: "notes" });
  const carol = await createToken(services, AN_ADMIN, "other", { name: "Carol" });
  await echo(world.two, carol.token, undefined, "other");
  assert.equal(upstream.sessions().length, 3);

  await uninstallServer(services, AN_ADMIN, { workspace: "team", server: "notes" });

  await eventually("the server was told", () => upstream.sessions().length === 1);
  await echo(world.two, carol.token, undefined, "other");
  assert.equal(upstream.sessions().length, 1);
});

Deno.test("a revocation takes back what a server asks its client outside of a call", async () => {
  await using upstream = startTalkativeStreamable();
  await using file = await sharedFile();
  await using one = await startWorld({ store: await file.open() });
  await using two = await one.another();
  await one.addServer("notes", upstream.url);
  const { token, id } = await one.addToken();
  const session = await beginSession(two.send, token, { elicitation: {} });
  await using stream = new StreamReader(await one.send(bare("GET", token, session)));
  await stream.until(/:\n\n/);
  await echo(two, token, session);
  const [talking] = upstream.sessions();
  const asked = askOutside(talking).then(() => "answered", () => "ended");
  await stream.until(/"method":"elicitation\/create"/);

  await revokeToken(one.services, AN_ADMIN, "team", id);

  await stream.ended();
  await eventually("the server was told", () => upstream.sessions().length === 0);
  await talking.server.close();
  assert.equal(await asked, "ended");
});

Deno.test("a session that its server ended is not opened again for a server that was disabled", async () => {
  let upstream = startTalkativeSse();
  try {
    await using world = await startWorld();
    await world.addServer("notes", upstream.url);
    const { token } = await world.addToken();
    const session = await beginSession(world.send, token);
    await using stream = new StreamReader(await world.send(bare("GET", token, session)));
    await stream.until(/:\n\n/);
    await echo(world, token, session);

    upstream = await restarted(upstream, startTalkativeSse);
    await disableServer(world.services, AN_ADMIN, "notes", "admin");
    // The first attempt to open it again comes after a second.
    await pause(1_500);

    assert.equal(upstream.journal.requests.length, 0);
  } finally {
    await upstream[Symbol.asyncDispose]();
  }
});

for (const era of ["modern", "legacy"] as const) {
  Deno.test(`nobody listens at a disabled server for a ${era} client, and again when enabled`, async () => {
    await using upstream = startModernFeatures();
    await using file = await sharedFile();
    await using one = await startWorld({ store: await file.open() });
    await using two = await one.another();
    await one.addServer("notes", upstream.url);
    const { token } = await one.addToken();
    const stream = await listens(two, era, token);
    await eventually("it is listened at", () => upstream.subscribers() > 0);

    await disableServer(one.services, AN_ADMIN, "notes", "admin");

    await eventually("nobody listens", () => upstream.subscribers() === 0);
    await enableServer(one.services, AN_ADMIN, "notes");
    await eventually("it is listened at again", () => upstream.subscribers() > 0);
    await stream.leave();
  });
}

async function listens(world: World, era: "modern" | "legacy", token: string) {
  if (era === "modern") {
    const notifications = { toolsListChanged: true, resourceSubscriptions: [URI] };
    const listen = modern(token, "subscriptions/listen", { notifications });
    const stream = new StreamReader(await world.send(listen));
    await stream.until(/acknowledged/);
    return stream;
  }
  const session = await beginSession(world.send, token);
  const stream = new StreamReader(await world.send(bare("GET", token, session)));
  await stream.until(/:\n\n/);
  await answerIn(await world.send(legacy(token, "resources/subscribe", { uri: URI }, { session })));
  return stream;
}
