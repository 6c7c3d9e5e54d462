import assert from "node:assert/strict";
import { keepArguments } from "../../core/arguments/change_argument_logging.ts";
import type { ArgumentLoggingInput } from "../../core/arguments/argument_logging.ts";
import { readArguments } from "../../core/arguments/read_arguments.ts";
import type { CallView } from "../../core/calls/call.ts";
import { AN_ADMIN } from "../_support/core.ts";
import { answerIn, modern } from "../gateway/_requests.ts";
import type { World } from "../gateway/_world.ts";

/** Has the workspace `team` keep arguments. */
export async function keep(world: World, input: ArgumentLoggingInput = {}): Promise<void> {
  await keepArguments(world.services, AN_ADMIN, "team", input);
}

/** Calls a tool, and gives the call's record. */
export async function callTool(
  world: World,
  token: string,
  name: string,
  args?: Record<string, unknown>,
): Promise<CallView> {
  await answerIn(await world.send(modern(token, "tools/call", { name, arguments: args })));
  return await lastCall(world);
}

/** The last call on the record of `team`. */
export async function lastCall(world: World): Promise<CallView> {
  const [call] = await callsOf(world);
  return call;
}

/** The calls of `team`, newest first. */
export async function callsOf({ services }: World): Promise<CallView[]> {
  const team = await services.workspaces.findBySlug("team");
  assert.ok(team !== null);
  return (await services.callQueries.list(team, { limit: 200, cursor: null })).items;
}

/** What an owner reads of a call's arguments. */
export async function read(world: World, { id }: CallView): Promise<unknown> {
  return (await readArguments(world.services, AN_ADMIN, "team", id)).arguments;
}

/** Everything in the store, as text that shows each byte. */
export async function storedText({ store }: World): Promise<string> {
  const seen: string[] = [];
  for await (const { key, value } of store.kv.list({ prefix: [] })) {
    seen.push(JSON.stringify(key), textOf(value));
  }
  return seen.join("\n");
}

function textOf(value: unknown): string {
  return JSON.stringify(value, (_name, part) => {
    if (part instanceof Uint8Array) return new TextDecoder("latin1").decode(part);
    return typeof part === "bigint" ? String(part) : part;
  }) ?? "";
}

/** The keys of the store that begin with this. */
export async function keysOf({ store }: World, prefix: string): Promise<Deno.KvKey[]> {
  const entries = await Array.fromAsync(store.kv.list({ prefix: [prefix] }));
  return entries.map(({ key }) => key);
}
