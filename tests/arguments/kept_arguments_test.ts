import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import {
  purgeArguments,
  stopKeepingArguments,
} from "../../core/arguments/change_argument_logging.ts";
import { keys } from "../../core/kv/keys.ts";
import { removeWorkspace } from "../../core/workspaces/remove_workspace.ts";
import { AN_ADMIN } from "../_support/core.ts";
import { startBothEras } from "../_support/modern_upstreams.ts";
import { addMember, declare } from "../gateway/_members.ts";
import { answerIn, legacy, modern } from "../gateway/_requests.ts";
import { startWorld } from "../gateway/_world.ts";
import { callsOf, callTool, keep, keysOf, lastCall, read, storedText } from "./_world.ts";

const API_KEY = "sk_live_51Hq0Kc2eZvKYlo2CabcdefGH";
const PLAIN = "orders of May for the north";

async function ready() {
  const stack = new AsyncDisposableStack();
  const upstream = stack.use(startBothEras());
  const world = stack.use(await startWorld());
  await world.addServer("notes", upstream.url);
  await world.addSecret("notes", "API_KEY", API_KEY);
  const { token } = await world.addToken();
  return { world, token, upstream, [Symbol.asyncDispose]: () => stack[Symbol.asyncDispose]() };
}

Deno.test("while a workspace keeps no arguments, nothing of them is anywhere in the store", async () => {
  await using at = await ready();

  const call = await callTool(at.world, at.token, "notes__echo", { text: PLAIN });

  assert.equal(call.argumentsKept, undefined);
  assert.ok(!(await storedText(at.world)).includes(PLAIN));
  assert.deepEqual(await keysOf(at.world, "call_arguments"), []);
  assert.deepEqual(await keysOf(at.world, "argument_key"), []);
  await assert.rejects(read(at.world, call), { code: "not_found" });
});

Deno.test("arguments of tools and prompts are kept from the next call on, in both eras", async () => {
  await using at = await ready();
  const before = await callTool(at.world, at.token, "notes__echo", { text: "before" });
  await keep(at.world);

  const args = { text: PLAIN, count: 3 };
  const tool = await callTool(at.world, at.token, "notes__echo", args);
  const params = { name: "notes__greet", arguments: { name: PLAIN } };
  await answerIn(await at.world.send(legacy(at.token, "prompts/get", params)));
  const prompt = await lastCall(at.world);
  const without = await callTool(at.world, at.token, "notes__echo");
  await answerIn(await at.world.send(legacy(at.token, "resources/read", { uri: "notes://a" })));
  const resource = await lastCall(at.world);

  assert.deepEqual(await read(at.world, tool), args);
  assert.deepEqual(await read(at.world, prompt), { name: PLAIN });
  assert.equal(await read(at.world, without), null);
  assert.equal(resource.argumentsKept, undefined);
  await assert.rejects(read(at.world, before), { code: "not_found" });
  await assert.rejects(read(at.world, resource), { code: "not_found" });
});

Deno.test("in the store nothing of them can be read, and lists do not have them", async () => {
  await using at = await ready();
  await keep(at.world);

  await callTool(at.world, at.token, "notes__echo", { text: PLAIN });

  const stored = await storedText(at.world);
  assert.equal((await keysOf(at.world, "call_arguments")).length, 1);
  for (const form of [PLAIN, Buffer.from(PLAIN).toString("base64"), "orders of"]) {
    assert.ok(!stored.includes(form), form);
  }
  assert.ok(!JSON.stringify(await callsOf(at.world)).includes("orders"));
  assert.ok(!at.world.log.join("\n").includes("orders"));
});

Deno.test("a value of the server's secrets is never kept, nor what a workspace's patterns name", async () => {
  await using at = await ready();
  await keep(at.world, { redact: ["*.email"] });
  const token = at.token;

  const call = await callTool(at.world, token, "notes__echo", {
    text: `the key is ${Buffer.from(API_KEY).toString("base64")}`,
    again: { [`x ${API_KEY}`]: null, own: token },
    user: { email: "alice@example.com", name: "Alice" },
    password: "hunter2",
  });

  const kept = await read(at.world, call) as Record<string, unknown>;
  assert.equal(kept.text, "the key is [redacted:API_KEY]");
  assert.deepEqual(kept.again, { "x [redacted:API_KEY]": null, own: "[redacted]" });
  assert.deepEqual(kept.user, { email: "[redacted]", name: "Alice" });
  assert.equal(kept.password, "[redacted]");
});

Deno.test("calls that were refused have their arguments, too, without what their server is given", async () => {
  await using at = await ready();
  await keep(at.world);
  await at.world.install("notes", { policy: { allow: [], deny: ["echo"], readOnly: false } });

  const hidden = await callTool(at.world, at.token, "notes__echo", { text: API_KEY });
  const nowhere = await callTool(at.world, at.token, "nowhere__echo", { text: PLAIN });

  assert.deepEqual([hidden.outcome, nowhere.outcome], ["refused", "refused"]);
  assert.deepEqual(await read(at.world, hidden), { text: "[redacted:API_KEY]" });
  assert.deepEqual(await read(at.world, nowhere), { text: PLAIN });
});

Deno.test("a long argument is kept to the workspace's limit, and says what is missing", async () => {
  await using at = await ready();
  await keep(at.world, { maxBytes: 256 });

  const call = await callTool(at.world, at.token, "notes__echo", { text: "文".repeat(10_000) });

  const kept = JSON.stringify(await read(at.world, call));
  assert.ok(Buffer.byteLength(kept) <= 256);
  assert.match(kept, /\[cut: \d+ more characters\]/);
});

Deno.test("many calls at once share packs and keep their own arguments", async () => {
  await using at = await ready();
  await keep(at.world, { maxBytes: 16_384 });
  const texts = Array.from({ length: 80 }, (_, index) => `${index} `.repeat(1_500));

  await Promise.all(texts.map(async (text) => {
    const params = { name: "notes__echo", arguments: { text } };
    await answerIn(await at.world.send(modern(at.token, "tools/call", params)));
  }));

  const calls = await callsOf(at.world);
  const packs = new Set(calls.map(({ id }) => id.split("-")[0]));
  assert.ok(packs.size < 40, `${packs.size} packs`);
  const read80 = await Promise.all(calls.map((call) => read(at.world, call)));
  const seen = read80.map((args) => parseInt((args as { text: string }).text));
  assert.deepEqual(seen.toSorted((a, b) => a - b), texts.map((_, index) => index));
});

Deno.test("what was kept stays readable when no more is, and nothing opens it after a purge", async () => {
  await using at = await ready();
  await keep(at.world);
  const kept = await callTool(at.world, at.token, "notes__echo", { text: PLAIN });

  await stopKeepingArguments(at.world.services, AN_ADMIN, "team");
  const later = await callTool(at.world, at.token, "notes__echo", { text: PLAIN });
  assert.deepEqual(await read(at.world, kept), { text: PLAIN });
  assert.equal(later.argumentsKept, undefined);

  await purgeArguments(at.world.services, AN_ADMIN, "team");
  await assert.rejects(read(at.world, kept), { code: "not_found", message: /were purged/ });
  assert.deepEqual(await keysOf(at.world, "argument_key"), []);
  await assert.rejects(purgeArguments(at.world.services, AN_ADMIN, "team"), { code: "not_found" });
});

Deno.test("a workspace that goes on keeping arguments has another key after a purge", async () => {
  await using at = await ready();
  await keep(at.world);
  const before = await callTool(at.world, at.token, "notes__echo", { text: "before" });

  await purgeArguments(at.world.services, AN_ADMIN, "team");
  const after = await callTool(at.world, at.token, "notes__echo", { text: "after" });

  await assert.rejects(read(at.world, before), { message: /were purged/ });
  assert.deepEqual(await read(at.world, after), { text: "after" });
});

Deno.test("whoever keeps arguments again while they are purged has a key to keep them with", async () => {
  await using at = await ready();
  const { services } = at.world;
  for (let round = 0; round < 5; round++) {
    await keep(at.world);
    await stopKeepingArguments(services, AN_ADMIN, "team");
    await Promise.all([purgeArguments(services, AN_ADMIN, "team"), keep(at.world)]);

    const call = await callTool(at.world, at.token, "notes__echo", { text: PLAIN });
    assert.equal(call.argumentsKept, true, `round ${round}`);
  }
});

Deno.test("a workspace that is removed takes its key with it", async () => {
  await using at = await ready();
  await keep(at.world);
  await callTool(at.world, at.token, "notes__echo", { text: PLAIN });

  await removeWorkspace(at.world.services, AN_ADMIN, "team", { force: true });

  assert.deepEqual(await keysOf(at.world, "argument_key"), []);
});

Deno.test("a call is answered and recorded without its arguments when they cannot be sealed", async () => {
  await using at = await ready();
  await keep(at.world);
  const team = await at.world.services.workspaces.findBySlug("team");
  assert.ok(team !== null);
  const entry = await at.world.store.kv.get(keys.argumentKey(team.id));
  const sealed = { keyId: "gone", nonce: "AAAAAAAAAAAAAAAA", ciphertext: "AAAA" };
  await at.world.store.kv.set(entry.key, { ...Object(entry.value), sealed });

  const params = { name: "notes__echo", arguments: { text: PLAIN } };
  const { result } = await answerIn(await at.world.send(modern(at.token, "tools/call", params)));

  assert.equal(result.content[0].text, PLAIN);
  const call = await lastCall(at.world);
  assert.equal(call.argumentsKept, false);
  assert.deepEqual(await keysOf(at.world, "call_arguments"), []);
  assert.ok(!(await storedText(at.world)).includes(PLAIN));
  assert.match(at.world.log.join("\n"), /Cannot keep the arguments of a call in "team"/);
  await assert.rejects(read(at.world, call), { message: /could not be kept/ });
});

Deno.test("a record that was changed in the store does not open its arguments", async () => {
  await using at = await ready();
  await keep(at.world);
  const call = await callTool(at.world, at.token, "notes__echo", { text: PLAIN });
  const team = await at.world.services.workspaces.findBySlug("team");
  assert.ok(team !== null);
  const key = keys.calls(team.id, call.id.split("-")[0]);
  const { value } = await at.world.store.kv.get<{ endedAt: string; calls: Uint8Array }>(key);
  const forged = new TextDecoder().decode(value?.calls).replace("Alice", "Mallo");
  await at.world.store.kv.set(key, { ...value, calls: new TextEncoder().encode(forged) });

  await assert.rejects(read(at.world, call), { code: "internal", message: /do not open/ });
});

Deno.test("what a URI holds of secrets is not on the record, and the rest of it is", async () => {
  await using at = await ready();
  const uri = "notes://user:hunter2@host/a?page=2&api_key=abc123";

  await answerIn(await at.world.send(legacy(at.token, "resources/read", { uri })));

  const { tool } = await lastCall(at.world);
  assert.equal(tool, "notes://[redacted]@host/a?page=2&api_key=[redacted]");
});

Deno.test("a member's own secret is never kept of their calls, nor the shared one instead of it", async () => {
  await using at = await ready();
  await keep(at.world);
  await declare(at.world, "notes", "TOKEN", { value: "shared-value-0123456789" });
  const alice = await addMember(at.world, "notes", { name: "Alice", email: "alice@example.com" });
  await alice.set("TOKEN", "own-value-of-alice-42");
  const text = "own-value-of-alice-42 and shared-value-0123456789";

  const call = await callTool(at.world, alice.token, "notes__echo", { text });

  assert.deepEqual(await read(at.world, call), { text: "[redacted:TOKEN] and [redacted:TOKEN]" });
});

Deno.test("without a secret that a member has to set, nothing is kept, and nobody is alarmed", async () => {
  await using at = await ready();
  await keep(at.world);
  await declare(at.world, "notes", "TOKEN");

  const call = await callTool(at.world, at.token, "notes__echo", { text: PLAIN });

  assert.deepEqual([call.reason, call.argumentsKept], ["secret_missing", false]);
  assert.ok(!(await storedText(at.world)).includes(PLAIN));
  assert.ok(!at.world.log.join("\n").includes("Cannot keep"));
});
