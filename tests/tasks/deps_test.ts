import assert from "node:assert/strict";
import { withSource } from "../../tasks/deps.ts";

const config = await Deno.readTextFile(new URL("../../deno.json", import.meta.url));

Deno.test("deps takes the links out of deno.json, and nothing else", () => {
  const { links, ...rest } = JSON.parse(config);

  assert.equal(links.length, 3);
  assert.deepEqual(JSON.parse(withSource(config, "jsr")), rest);
});

Deno.test("deps puts the links back where they were, to the letter", () => {
  assert.equal(withSource(withSource(config, "jsr"), "npm"), config);
});

Deno.test("deps changes nothing that is already as it should be", () => {
  const jsr = withSource(config, "jsr");

  assert.equal(withSource(jsr, "jsr"), jsr);
  assert.equal(withSource(config, "npm"), config);
});

Deno.test("deps finds links that were written over several lines", () => {
  const spread = config.replace(/"links": \[([^\]]*)\]/, (_, list) => {
    return `"links": [\n    ${list.split(", ").join(",\n    ")}\n  ]`;
  });

  assert.notEqual(spread, config);
  assert.equal(withSource(spread, "jsr"), withSource(config, "jsr"));
});

Deno.test("the linked packages bear names and versions that the imports ask for", async () => {
  const { imports, links } = JSON.parse(config);

  const linked = new Map<string, string>();
  for (const link of links) {
    const url = new URL(`../../${link}/deno.json`, import.meta.url);
    const { name, version } = JSON.parse(await Deno.readTextFile(url));
    linked.set(name, version);
  }
  for (
    const [, name, range] of Object.values(imports).join("\n").matchAll(/jsr:(.+)@\^([\d.]+)/g)
  ) {
    assert.ok(linked.get(name)?.startsWith(`${range}.`), `${name}@^${range}`);
  }
});
