import assert from "node:assert/strict";
import { jobsFor, planTests } from "../../tasks/test_plan.ts";

const FOUND = ["tests/b_test.ts", "tests/long_test.ts", "tests/a_test.ts", "tests/new_test.ts"];

Deno.test("planTests() begins with the longest, runs each file once and leaves out what it is told", () => {
  const [long, fresh] = ["tests/long_test.ts", "tests/new_test.ts"];

  assert.deepEqual(planTests(FOUND, [], [long, fresh]), [
    "tests/long_test.ts",
    "tests/new_test.ts",
    "tests/a_test.ts",
    "tests/b_test.ts",
  ]);
  assert.deepEqual(planTests(FOUND, [fresh], [long, fresh]), [
    "tests/long_test.ts",
    "tests/a_test.ts",
    "tests/b_test.ts",
  ]);
});

Deno.test("planTests() refuses a list that names a file which is not there", () => {
  for (const [leftOut, first] of [[["tests/x_test.ts"], []], [[], ["tests/x_test.ts"]]]) {
    assert.throws(() => planTests(FOUND, leftOut, first), /there is no tests\/x_test\.ts/);
  }
});

Deno.test("jobsFor() runs more files than there are cores", () => {
  assert.deepEqual([1, 2, 4].map(jobsFor), [2, 3, 6]);
});
