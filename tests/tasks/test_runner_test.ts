import assert from "node:assert/strict";
import { readTestReport } from "../../tasks/test_report.ts";
import { type RunOutcome, runTests } from "../../tasks/test_runner.ts";

const GOOD = `Deno.test("holds", () => {});\n`;
const BROKEN = `Deno.test("is broken", () => { throw new Error("always"); });\n`;
/** Fails while the file that it leaves is not there. */
const UNSTEADY = `
Deno.test("holds at last", () => {
  const mark = new URL("mark", import.meta.url);
  try { Deno.statSync(mark); } catch { Deno.writeTextFileSync(mark, ""); throw new Error("once"); }
});
`;
const THROWING = `throw new Error("while it is loaded");\n`;

/** Runs files by these names as groups of their own, in a project with nothing else. */
async function runFiles(files: Record<string, string>): Promise<RunOutcome & { printed: string }> {
  const root = await Deno.makeTempDir();
  let printed = "";
  try {
    Deno.writeTextFileSync(`${root}/deno.json`, "{}");
    for (const [name, text] of Object.entries(files)) {
      Deno.writeTextFileSync(`${root}/${name}`, text);
    }
    const outcome = await runTests(
      Object.keys(files).filter((name) => name.includes("_test")).map((name) => ({
        name: name.replace(".js", ""),
        files: [name],
      })),
      { root, jobs: 2, write: (text) => printed += new TextDecoder().decode(text) },
    );
    return { ...outcome, printed };
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("runTests() runs each file once while nothing fails", async () => {
  const { passed, failed, code, unsteady, printed } = await runFiles({
    "a_test.js": GOOD,
    "b_test.js": GOOD,
  });

  assert.deepEqual({ passed, failed, code, unsteady }, {
    passed: 2,
    failed: 0,
    code: 0,
    unsteady: [],
  });
  assert.equal(printed.match(/holds \.\.\. /g)?.length, 2);
});

Deno.test("runTests() names what failed once only, and counts it as held", async () => {
  const { passed, failed, code, unsteady, printed } = await runFiles({
    "a_test.js": GOOD,
    "b_test.js": UNSTEADY,
  });

  assert.deepEqual({ passed, failed, code }, { passed: 2, failed: 0, code: 0 });
  assert.deepEqual(unsteady.map(({ line }) => line), ["holds at last => ./b_test.js:2:6"]);
  assert.match(printed, /Error: once/);
});

Deno.test("runTests() fails for what fails again, beside what does not", async () => {
  const { passed, failed, code, unsteady } = await runFiles({
    "a_test.js": UNSTEADY,
    "b_test.js": GOOD + BROKEN,
  });

  assert.deepEqual({ passed, failed, unsteady: unsteady.length }, {
    passed: 2,
    failed: 1,
    unsteady: 1,
  });
  assert.notEqual(code, 0);
});

Deno.test("runTests() fails for a step that another module makes", async () => {
  const { failed, code } = await runFiles({
    "a_test.js": GOOD,
    "b_test.js": `import { step } from "./c_test.js";\nDeno.test("steps", (t) => step(t));\n`,
    "c_test.js": `import "./d.js";\nexport * from "./d.js";\n`,
    "d.js":
      `export const step = (t) => t.step("is broken", () => { throw new Error("always"); });\n`,
  });

  assert.equal(failed, 1);
  assert.notEqual(code, 0);
});

Deno.test("runTests() fails for a file that cannot be loaded", async () => {
  const { failed, code } = await runFiles({ "a_test.js": GOOD, "b_test.js": THROWING });

  assert.equal(failed, 1);
  assert.notEqual(code, 0);
});

Deno.test("runTests() runs nothing again where many files fail", async () => {
  const broken = Array.from({ length: 9 }, (_, at) => [`f${at}_test.js`, BROKEN]);
  const { failed, code, printed } = await runFiles(Object.fromEntries(broken));

  assert.equal(failed, 9);
  assert.notEqual(code, 0);
  assert.doesNotMatch(printed, /Once more/);
});

Deno.test("readTestReport() has nothing to say of a run that ended before its summary", () => {
  assert.equal(readTestReport("a ... ok (1ms)\nthread 'main' panicked"), undefined);
});
