import assert from "node:assert/strict";
import v8 from "node:v8";
import vm from "node:vm";
import { keepArguments, purgeArguments } from "../../core/arguments/change_argument_logging.ts";
import { type Access, Authority, memberTarget } from "../../core/gateway/authority.ts";
import { SharedReads } from "../../core/kv/shared_reads.ts";
import { RefusedTokens } from "../../core/gateway/refused_tokens.ts";
import { LookUpCosts } from "../../core/limits/look_up_costs.ts";
import { AN_ADMIN } from "../_support/core.ts";
import { eventually } from "../_support/eventually.ts";
import { startTalkativeStreamable } from "../_support/session_upstreams.ts";
import { answerIn, legacy } from "./_requests.ts";
import { sharedFile, startWorld, type World } from "./_world.ts";

v8.setFlagsFromString("--expose-gc");
// Deno 2.5 lets nobody ask for it.
const collectGarbage: (() => void) | undefined = vm.runInNewContext("globalThis.gc");
const ignore = collectGarbage === undefined;

const MINUTE_MS = 60_000;

/** A world with a secret, an authority of its own on it, and what that reads. */
async function openedOnce() {
  const world = await startWorld();
  await world.addServer("notes", "http://127.0.0.1:9/mcp");
  await world.addSecret("notes", "X-Api-Key", "the-first-value");
  const { token } = await world.addToken();
  let nowMs = Date.now();
  let reads = 0;
  const counted = new SharedReads(world.store.epochKv);
  const counters: Pick<SharedReads, "getMany"> = {
    getMany(keys) {
      reads++;
      return counted.getMany(keys);
    },
  };
  const authority = new Authority({
    workspaces: world.services.workspaces,
    sources: world.services,
    // What an authority uses of it.
    reads: counters as SharedReads,
    lookUps: new LookUpCosts(world.services.now),
    refused: new RefusedTokens(world.services),
    now: () => new Date(nowMs),
  });
  const access = await authority.authenticate("team", `Bearer ${token}`);
  return {
    world,
    authority,
    access,
    token,
    reads: () => reads,
    advance: (delayMs: number) => void (nowMs += delayMs),
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
}

/** The opened secret of the one server, kept by nobody but who is asked. */
async function plaintextOf(access: Access): Promise<WeakRef<object>> {
  const server = access.snapshot.servers.get("notes");
  assert.ok(server !== undefined);
  const [injection] = (await memberTarget(access, server)).injections;
  return new WeakRef(injection.value);
}

function isCollected(plaintext: WeakRef<object>): boolean {
  collectGarbage?.();
  return plaintext.deref() === undefined;
}

Deno.test(
  "a sweep lets go of secrets whose epoch is over, though nobody calls and somebody listens",
  {
    ignore,
  },
  async () => {
    await using opened = await openedOnce();
    const { authority, world } = opened;
    const listens = { access: opened.access };
    const plaintext = await plaintextOf(listens.access);

    await authority.sweep();
    await authority.sweep();
    assert.equal(isCollected(plaintext), false, "it was let go while its epoch held");
    await world.addSecret("notes", "X-Api-Key", "the-second-value");
    await authority.sweep();

    await eventually("it is let go", () => isCollected(plaintext));
    assert.equal(listens.access.snapshot.workspace.slug, "team");
  },
);

Deno.test("the next call lets go of secrets whose epoch is over, though somebody listens", {
  ignore,
}, async () => {
  await using opened = await openedOnce();
  const listens = { access: opened.access };
  const plaintext = await plaintextOf(listens.access);

  await opened.world.addSecret("notes", "X-Api-Key", "the-second-value");
  const next = await opened.authority.authenticate("team", `Bearer ${opened.token}`);

  await eventually("it is let go", () => isCollected(plaintext));
  assert.notEqual(next.snapshot, listens.access.snapshot);
});

Deno.test("the next call lets go of the key of arguments when its epoch is over", {
  ignore,
}, async () => {
  await using opened = await openedOnce();
  await keepArguments(opened.world.services, AN_ADMIN, "team", {});
  const listens = await opened.authority.authenticate("team", `Bearer ${opened.token}`);
  const seal = new WeakRef(Object(await listens.snapshot.argumentSeal()));
  assert.equal(isCollected(seal), false, "it was let go while its epoch held");

  await purgeArguments(opened.world.services, AN_ADMIN, "team");
  await opened.authority.authenticate("team", `Bearer ${opened.token}`);

  await eventually("it is let go", () => isCollected(seal));
  assert.equal(listens.snapshot.workspace.slug, "team");
});

Deno.test("a snapshot that is closed opens what is asked for, as it is now, and keeps nothing", {
  ignore,
}, async () => {
  await using opened = await openedOnce();
  const { access, world } = opened;
  await world.addSecret("notes", "X-Api-Key", "the-second-value");
  await opened.authority.sweep();
  await opened.authority.sweep();

  const plaintext = await plaintextOf(access);

  await eventually("it is let go", () => isCollected(plaintext));
});

Deno.test(
  "secrets that nobody uses for five minutes are let go, and read again for the next call",
  {
    ignore,
  },
  async () => {
    await using opened = await openedOnce();
    const plaintext = await plaintextOf(opened.access);

    opened.advance(5 * MINUTE_MS + 1);
    await opened.authority.sweep();

    await eventually("it is let go", () => isCollected(plaintext));
    const again = await opened.authority.authenticate("team", `Bearer ${opened.token}`);
    assert.notEqual(again.snapshot, opened.access.snapshot);
  },
);

Deno.test("a sweep reads nothing for a workspace that was just used, and one read for another", async () => {
  await using opened = await openedOnce();
  const { authority, reads } = opened;

  const before = reads();
  await authority.sweep();
  const afterUse = reads();
  await authority.sweep();

  assert.deepEqual([afterUse - before, reads() - afterUse], [0, 1]);
  const again = await authority.authenticate("team", `Bearer ${opened.token}`);
  assert.equal(again.snapshot, opened.access.snapshot);
});

Deno.test("sessions that were opened with older secrets end at their server, though nobody calls or listens", async () => {
  await using upstream = startTalkativeStreamable();
  await using file = await sharedFile();
  await using one = await startWorld({ store: await file.open() });
  await using two = await one.another();
  await one.addServer("notes", upstream.url);
  await one.addSecret("notes", "X-Api-Key", "the-first-value");
  const { token } = await one.addToken();
  for (const world of [one, two]) await echo(world, token);
  assert.equal(upstream.sessions().length, 2);

  await one.addSecret("notes", "X-Api-Key", "the-second-value");

  await eventually("both sessions are ended", () => upstream.sessions().length === 0);
});

async function echo(world: World, token: string): Promise<void> {
  const params = { name: "notes__echo", arguments: { text: "a" } };
  const { result } = await answerIn(await world.send(legacy(token, "tools/call", params)));
  assert.equal(result?.content[0].text, "a");
}
