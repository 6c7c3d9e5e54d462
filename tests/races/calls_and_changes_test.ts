import assert from "node:assert/strict";
import { installServer } from "../../core/workspaces/install_server.ts";
import { uninstallServer } from "../../core/workspaces/uninstall_server.ts";
import { AN_ADMIN } from "../_support/core.ts";
import { pause } from "../_support/eventually.ts";
import { randomFrom } from "../_support/turns.ts";
import { serveLocally } from "../_support/upstream.ts";
import { type Answer, answerIn, modern } from "../gateway/_requests.ts";
import { sharedFile, startWorld } from "../gateway/_world.ts";

const ROUNDS = 25;
const CALLS_A_ROUND = 10;
/** How many of them begin after the change, however long that takes. */
const CALLS_AFTER = 2;
const WINDOW_MS = 8;
const PLACE = { workspace: "team", server: "notes" };

/** A call that was made around a change. */
interface Called {
  id: string;
  /** Whether it began after the change was answered. */
  isAfter: boolean;
  answer: Answer;
}

/** Two gateways on one file, and a server that notes which key came with which call. */
async function startRace(seed: number) {
  const stack = new AsyncDisposableStack();
  const keys = new Map<string, string | null>();
  const upstream = stack.use(serveLocally((request) => answer(request, keys)));
  const file = stack.use(await sharedFile());
  const one = stack.use(await startWorld({ store: await file.open() }));
  const two = stack.use(await one.another());
  await one.addServer("notes", `${upstream.origin}/mcp`);
  const { token } = await one.addToken();
  const random = randomFrom(seed);
  let made = 0;

  /** Makes a change in the middle of calls at both gateways. */
  async function around(change: () => Promise<unknown>): Promise<Called[]> {
    const over = Promise.withResolvers<void>();
    let isOver = false;
    const calls = Array.from({ length: CALLS_A_ROUND }, async (_, at) => {
      await pause(random() * WINDOW_MS);
      if (at >= CALLS_A_ROUND - CALLS_AFTER) await over.promise;
      const id = `call ${made++}`;
      const isAfter = isOver;
      const params = { name: "notes__look", arguments: { id } };
      const world = at % 2 === 0 ? one : two;
      return {
        id,
        isAfter,
        answer: await answerIn(await world.send(modern(token, "tools/call", params))),
      };
    });
    await pause(random() * WINDOW_MS / 2);
    try {
      await change();
    } finally {
      isOver = true;
      over.resolve();
    }
    return await Promise.all(calls);
  }

  return { one, two, keys, around, [Symbol.asyncDispose]: () => stack[Symbol.asyncDispose]() };
}

Deno.test("a call that begins after a secret was set has the new value, one before the old or the new", async () => {
  await using race = await startRace(1);
  const seen = { before: 0, after: 0 };
  await race.one.addSecret("notes", "X-Key", "value number 0");

  for (let round = 1; round <= ROUNDS; round++) {
    const [old, next] = [`value number ${round - 1}`, `value number ${round}`];
    const calls = await race.around(() => race.one.addSecret("notes", "X-Key", next));
    for (const { id, isAfter, answer } of calls) {
      const key = race.keys.get(id) ?? "";
      assert.ok(answer.result !== undefined, `${id}: ${JSON.stringify(answer.error)}`);
      assert.ok((isAfter ? [next] : [old, next]).includes(key), `round ${round}, ${id}: ${key}`);
      seen[isAfter ? "after" : "before"]++;
    }
  }
  assert.ok(seen.before > 0 && seen.after > 0, JSON.stringify(seen));
});

Deno.test("a call that begins after its server was uninstalled finds it unknown, and it is there again after", async () => {
  await using race = await startRace(2);
  const { one, two, keys } = race;
  const seen = { before: 0, after: 0 };

  for (let round = 1; round <= ROUNDS; round++) {
    const calls = await race.around(() => uninstallServer(one.services, AN_ADMIN, PLACE));
    for (const { id, isAfter, answer: { result, error } } of calls) {
      const isRefused = error?.code === -32602 && error.message === "Unknown tool: notes__look";
      assert.ok(isRefused || (!isAfter && result !== undefined), `${id}: ${error?.message}`);
      assert.equal(keys.has(id), result !== undefined, id);
      seen[isAfter ? "after" : "before"]++;
    }

    const installing = await race.around(() => installServer(two.services, AN_ADMIN, PLACE));
    for (const { id, isAfter, answer: { result } } of installing) {
      if (isAfter) assert.ok(result !== undefined, id);
    }
  }
  assert.ok(seen.before > 0 && seen.after > 0, JSON.stringify(seen));
});

/** Answers as a server of 2026-07-28 with one tool. */
async function answer(request: Request, keys: Map<string, string | null>): Promise<Response> {
  const { id, method, params } = await request.json();
  if (method === "tools/call") keys.set(params.arguments.id, request.headers.get("x-key"));
  return Response.json({ jsonrpc: "2.0", id, result: resultOf(method) });
}

function resultOf(method: string): Record<string, unknown> {
  const complete = { resultType: "complete", ttlMs: 60_000, cacheScope: "public" };
  if (method === "tools/list") {
    return { ...complete, tools: [{ name: "look", inputSchema: { type: "object" } }] };
  }
  if (method === "tools/call") return { resultType: "complete", content: [] };
  return {
    ...complete,
    supportedVersions: ["2026-07-28"],
    capabilities: { tools: {} },
    serverInfo: { name: "looked at", version: "1" },
  };
}
