import assert from "node:assert/strict";
import { keepArguments } from "../../core/arguments/change_argument_logging.ts";
import { loadKeyring } from "../../core/secrets/load_keyring.ts";
import type { MasterKey } from "../../core/config.ts";
import { readKeyReport } from "../../core/secrets/read_key_report.ts";
import { createWorkspace } from "../../core/workspaces/create_workspace.ts";
import { AN_ADMIN } from "../_support/core.ts";
import { eventually } from "../_support/eventually.ts";
import { startBothEras } from "../_support/modern_upstreams.ts";
import { answerIn, modern } from "../gateway/_requests.ts";
import { sharedFile, startWorld } from "../gateway/_world.ts";
import { NEW, OLD } from "../secrets/_key_processes.ts";
import { callsOf, callTool, keep, keysOf, lastCall, read } from "./_world.ts";

/** A gateway on the file that was started with these master keys. */
async function startedWith(file: Awaited<ReturnType<typeof sharedFile>>, ...keys: MasterKey[]) {
  const store = await file.open();
  const keyring = await loadKeyring(
    { masterKeys: keys, dataDir: "/", kvPath: null },
    store,
    () => {},
  );
  return { store, keyring };
}

Deno.test("the master key is rotated while calls run: all that was kept stays readable without the old one", async () => {
  await using file = await sharedFile();
  await using upstream = startBothEras();
  let total = 0;
  {
    await using one = await startWorld(await startedWith(file, OLD));
    await one.addServer("notes", upstream.url);
    const { token } = await one.addToken();
    await keep(one);
    await callTool(one, token, "notes__echo", { text: "before" });
    await using two = await one.another({}, [NEW, OLD]);

    let isOver = false;
    const lanes = [one, two].map(async (world) => {
      let count = 0;
      while (!isOver) {
        const params = { name: "notes__echo", arguments: { count: count++ } };
        const { error } = await answerIn(await world.send(modern(token, "tools/call", params)));
        assert.equal(error, undefined);
      }
      return count;
    });
    await eventually("some calls", async () => (await callsOf(one)).length > 20);
    await two.services.keyRotation.start(AN_ADMIN);
    await two.services.keyRotation.finished();
    await callTool(one, token, "notes__echo", { text: "by a process with the old key first" });
    isOver = true;
    const counts = await Promise.all(lanes);

    assert.ok(counts.every((count) => count > 0));
    total = counts[0] + counts[1] + 2;
    const { keys } = await readKeyReport(two.services);
    assert.equal(keys.find(({ id }) => id === OLD.id)?.isRemovable, true);
  }

  await using last = await startWorld({ ...await startedWith(file, NEW), isThere: true });

  const calls = await callsOf(last);
  assert.equal(calls.length, Math.min(total, 200));
  for (const call of calls) {
    assert.equal(call.argumentsKept, true);
    const args = Object(await read(last, call));
    assert.ok("count" in args || "text" in args);
  }
});

Deno.test("a process that seals with a retired key begins to keep nothing, and says why", async () => {
  await using file = await sharedFile();
  await using one = await startWorld(await startedWith(file, OLD));
  await createWorkspace(one.services, AN_ADMIN, { slug: "later" });
  await using two = await one.another({}, [NEW, OLD]);
  await two.services.keyRotation.start(AN_ADMIN);
  await two.services.keyRotation.finished();

  await assert.rejects(keepArguments(one.services, AN_ADMIN, "later", {}), { code: "conflict" });

  assert.deepEqual(await keysOf(one, "argument_key"), []);
});

Deno.test("a process without the key's master key records calls without arguments", async () => {
  await using file = await sharedFile();
  await using upstream = startBothEras();
  await using one = await startWorld(await startedWith(file, OLD));
  await one.addServer("notes", upstream.url);
  const { token } = await one.addToken();
  await using two = await one.another({}, [NEW, OLD]);
  await two.services.keyRotation.start(AN_ADMIN);
  await two.services.keyRotation.finished();
  await keep(two);

  // Its keyring is the old one alone: it was started before.
  const params = { name: "notes__echo", arguments: { text: "hello" } };
  const { result } = await answerIn(await one.send(modern(token, "tools/call", params)));

  assert.equal(result.content[0].text, "hello");
  assert.equal((await lastCall(two)).argumentsKept, false);
});
