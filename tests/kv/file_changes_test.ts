import assert from "node:assert/strict";
import { FileChanges } from "../../core/kv/file_changes.ts";
import { eventually } from "../_support/eventually.ts";
import { LEAKLESS } from "./_support.ts";

Deno.test("FileChanges looks after each write to the log, besides its poll", LEAKLESS, async () => {
  const path = await Deno.makeTempFile({ prefix: "aerostack_changes_" });
  await Deno.writeTextFile(`${path}-wal`, "");
  let looks = 0;
  const changes = new FileChanges(path, () => Promise.resolve(void looks++));
  const start = performance.now();

  for (let write = 0; write < 20; write++) {
    const before = looks;
    await Deno.writeTextFile(`${path}-wal`, "x", { append: true });
    await eventually("two looks", () => looks >= before + 2);
  }
  const polls = 1 + (performance.now() - start) / 100;

  assert.ok(looks > 1.5 * polls, `${looks} looks, and ${polls} by the poll alone`);
  await changes.stop();
  await Promise.all([Deno.remove(path), Deno.remove(`${path}-wal`)]);
});

Deno.test(
  "FileChanges looks by its poll where the file system gives no notices",
  LEAKLESS,
  async () => {
    let looks = 0;
    const changes = new FileChanges("/nowhere/at/all", () => Promise.resolve(void looks++));

    await eventually("some looks", () => looks >= 3);

    await changes.stop();
  },
);

Deno.test(
  "FileChanges.stop() waits for the look under way and makes no other",
  LEAKLESS,
  async () => {
    const gate = Promise.withResolvers<void>();
    let looks = 0;
    const changes = new FileChanges("/nowhere/at/all", () => {
      looks++;
      return gate.promise;
    });
    let stopped = false;

    const stopping = changes.stop().then(() => stopped = true);
    await Promise.resolve();
    const stoppedEarly = stopped;
    gate.resolve();
    await stopping;

    assert.equal(stoppedEarly, false);
    assert.equal(looks, 1);
  },
);
