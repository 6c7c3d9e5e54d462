import assert from "node:assert/strict";
import { BORDER_LIMITS, type BorderLimit } from "./border_limits.ts";

const PAGE = new URL("../../docs/eras.md", import.meta.url);

/** A limit as the page lists it. */
function rowOf({ server, scenario, checks }: BorderLimit): string {
  const which = checks?.map((check) => `\`${check}\``).join(", ") ?? "all that need it";
  return `| ${server} | \`${scenario}\` | ${which} |`;
}

Deno.test("docs/eras.md lists every limit of a border, with its rule, and no other", async () => {
  const page = await Deno.readTextFile(PAGE);
  const plain = page.replaceAll(/[ \t]+/g, " ");

  for (const limit of BORDER_LIMITS) {
    assert.ok(plain.includes(rowOf(limit)), `add this row: ${rowOf(limit)}`);
    assert.ok(plain.includes(limit.rule), `quote this rule: ${limit.rule}`);
    assert.ok(plain.includes(limit.source), `name this source: ${limit.source}`);
  }
  const listed = plain.split("\n").filter((line) => /^\| (legacy|modern) \| `/.test(line));
  assert.equal(listed.length, BORDER_LIMITS.length);
});
