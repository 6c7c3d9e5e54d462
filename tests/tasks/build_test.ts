import assert from "node:assert/strict";
import { join } from "node:path";
import { buildIfStale } from "../../tasks/build.ts";

/** An app whose build counts how often it was run. */
async function countingApp() {
  const root = await Deno.makeTempDir({ prefix: "build_" });
  await Deno.mkdir(join(root, "routes"));
  await Deno.mkdir(join(root, "_fresh"));
  await Deno.writeTextFile(join(root, "deno.json"), "{}");
  await Deno.writeTextFile(join(root, "routes", "index.tsx"), "export const a = 1;");
  await Deno.writeTextFile(
    join(root, "fresh.config.ts"),
    `if (Deno.args[0] === "build") Deno.writeTextFileSync("_fresh/log", "x", { append: true });`,
  );

  return {
    root,
    builds: async () => (await Deno.readTextFile(join(root, "_fresh", "log"))).length,
    [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }),
  };
}

Deno.test("buildIfStale() builds once, and not again while nothing has changed", async () => {
  await using app = await countingApp();

  const outcomes = [await buildIfStale(app.root), await buildIfStale(app.root)];

  assert.deepEqual(outcomes, [true, false]);
  assert.equal(await app.builds(), 1);
});

Deno.test("buildIfStale() builds once for several who start at the same time", async () => {
  await using app = await countingApp();

  const outcomes = await Promise.all([1, 2, 3].map(() => buildIfStale(app.root)));

  assert.equal(outcomes.filter((isOurs) => isOurs).length, 1);
  assert.equal(await app.builds(), 1);
});

Deno.test("buildIfStale() builds again after a file was changed, added or taken away", async () => {
  await using app = await countingApp();
  await buildIfStale(app.root);
  const changes = [
    () => Deno.writeTextFile(join(app.root, "routes", "index.tsx"), "export const a = 2;"),
    () => Deno.writeTextFile(join(app.root, "main.ts"), ""),
    () => Deno.rename(join(app.root, "routes", "index.tsx"), join(app.root, "routes", "b.tsx")),
    () => Deno.remove(join(app.root, "main.ts")),
  ];

  for (const change of changes) {
    await change();
    assert.equal(await buildIfStale(app.root), true);
    assert.equal(await buildIfStale(app.root), false);
  }
});

Deno.test("buildIfStale() leaves the build alone when something else has changed", async () => {
  await using app = await countingApp();
  await buildIfStale(app.root);

  await Deno.writeTextFile(join(app.root, "README.md"), "new");
  await Deno.mkdir(join(app.root, "data"));

  assert.equal(await buildIfStale(app.root), false);
});

Deno.test("buildIfStale() builds again after the build was thrown away", async () => {
  await using app = await countingApp();
  await buildIfStale(app.root);

  await Deno.remove(join(app.root, "_fresh"), { recursive: true });
  await Deno.mkdir(join(app.root, "_fresh"));

  assert.equal(await buildIfStale(app.root), true);
});

Deno.test("buildIfStale() throws when the build fails, and tries again the next time", async () => {
  await using app = await countingApp();
  await Deno.writeTextFile(join(app.root, "fresh.config.ts"), "Deno.exit(3)");

  await assert.rejects(() => buildIfStale(app.root), /Cannot build the app/);
  await assert.rejects(() => buildIfStale(app.root), /Cannot build the app/);
});
