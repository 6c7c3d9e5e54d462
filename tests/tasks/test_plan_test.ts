import assert from "node:assert/strict";
import { jobsFor, type PlanRules, planTests } from "../../tasks/test_plan.ts";

const FOUND = [
  "tests/b/y_test.ts",
  "tests/b/long_test.ts",
  "tests/b/x_test.ts",
  "tests/a/z_test.ts",
];

function planned(found: readonly string[], rules: Partial<PlanRules>): string[][] {
  return planTests(found, { leftOut: [], longest: [], alone: [], ...rules })
    .map(({ files }) => files);
}

Deno.test("planTests() begins with the longest, runs each file once and leaves out what it is told", () => {
  const longest = ["tests/b/y_test.ts", "tests/b/long_test.ts"];
  const [y, long] = longest;

  assert.deepEqual(planned(FOUND, { longest }), [
    [y],
    [long],
    ["tests/a/z_test.ts", "tests/b/x_test.ts"],
  ]);
  assert.deepEqual(planned(FOUND, { longest, leftOut: [y, "tests/a/z_test.ts"] }), [
    [long],
    ["tests/b/x_test.ts"],
  ]);
});

Deno.test("planTests() puts a folder's files together, but those that are to be alone", () => {
  const found = Array.from({ length: 20 }, (_, at) => `tests/mcp/a${at + 10}_test.ts`);
  found.push("tests/kv/b_test.ts", "tests/kv/c_test.ts");

  const groups = planned(found, { alone: ["tests/kv/", "tests/mcp/a12_test.ts"] });

  assert.deepEqual(groups.slice(0, 3), [
    ["tests/kv/b_test.ts"],
    ["tests/kv/c_test.ts"],
    ["tests/mcp/a12_test.ts"],
  ]);
  assert.deepEqual(groups.slice(3).map(({ length }) => length), [7, 6, 6]);
  assert.deepEqual(groups.flat().sort(), found.toSorted());
});

Deno.test("planTests() gives every group a name of its own", () => {
  const found = ["a", "b", "c"].flatMap((folder) =>
    Array.from({ length: 12 }, (_, at) => `tests/${folder}/${at}_test.ts`)
  );

  const groups = planTests(found, { leftOut: [], longest: [found[0]], alone: ["tests/b/"] });

  assert.equal(new Set(groups.map(({ name }) => name)).size, groups.length);
  assert.deepEqual(groups.flatMap(({ files }) => files).sort(), found.toSorted());
});

Deno.test("planTests() refuses a list that names a file which is not there", () => {
  for (const rule of ["leftOut", "longest", "alone"] as const) {
    const rules = { [rule]: ["tests/x_test.ts"] };
    assert.throws(() => planned(FOUND, rules), /there is no tests\/x_test\.ts/);
  }
});

Deno.test("jobsFor() runs more groups than there are cores", () => {
  assert.deepEqual([1, 2, 4].map(jobsFor), [2, 4, 8]);
});
