import assert from "node:assert/strict";
import { fuzzyScore } from "../../core/overview/fuzzy_score.ts";

Deno.test("what was typed finds the beginning, a word, a part and letters in order, in that order", () => {
  const texts = ["Jira", "Jira Cloud", "Our Jira", "MyJira", "Just incident reports, all", "Slack"];

  const scores = texts.map((text) => fuzzyScore("jira", text));

  assert.deepEqual(scores, [...scores].sort((a, b) => b - a));
  assert.equal(new Set(scores).size, scores.length);
  assert.equal(scores.at(-1), 0);
});

Deno.test("each word has to be there, in whatever order", () => {
  assert.ok(fuzzyScore("cloud jira", "Jira Cloud") > 0);
  assert.equal(fuzzyScore("jira slack", "Jira Cloud"), 0);
});

Deno.test("a word that begins later on counts as one that begins a word", () => {
  assert.ok(fuzzyScore("art", "smart-art") > fuzzyScore("art", "smart-cart"));
});

Deno.test("letters may have others between them, but one letter alone has to be there", () => {
  assert.ok(fuzzyScore("wkspc", "Workspaces") > 0);
  assert.equal(fuzzyScore("kw", "Workspaces"), 0);
  assert.equal(fuzzyScore("z", "Workspaces"), 0);
});

Deno.test("nothing typed fits everything alike", () => {
  assert.equal(fuzzyScore(" ", "Jira"), fuzzyScore("", "Slack"));
  assert.ok(fuzzyScore("", "") > 0);
});
