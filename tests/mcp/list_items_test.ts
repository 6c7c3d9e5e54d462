import assert from "node:assert/strict";
import fc from "fast-check";
import type { JsonObject } from "../../core/mcp/message.ts";
import type { ListKind } from "../../core/mcp/methods.ts";
import { plainNaming, PREFIXED } from "../../core/mcp/naming.ts";
import { exposeItems } from "../../core/mcp/rewrite.ts";

const KEYS: [kind: ListKind, key: string, own: string, shown: string][] = [
  ["tools", "name", "t", "s__t"],
  ["prompts", "name", "p", "s__p"],
  ["resources", "uri", "a:b", "a:b#~s"],
  ["resourceTemplates", "uriTemplate", "a:{b}#c", "a:{b}#c!~s"],
  ["tasks", "taskId", "7", "s__7"],
];

Deno.test("exposeItems() changes the key of an entry and nothing else, known or unknown", () => {
  const anything = fc.dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true });
  for (const [kind, key, own, shown] of KEYS) {
    fc.assert(fc.property(anything, (fields) => {
      const { _meta: _, ...rest } = fields;
      const item = { ...rest, [key]: own };
      const before = JSON.stringify(item);

      assert.deepEqual(exposeItems(PREFIXED, "s", kind, [item]), [{ ...item, [key]: shown }]);
      assert.equal(JSON.stringify(item), before, "the server's own object is left as it was");
    }));
  }
});

Deno.test("exposeItems() names the page of a tool as the list of resources does", () => {
  const tool = (name: string, uri: string) => ({
    name,
    _meta: { ui: { resourceUri: uri, visibility: ["app"] }, "ui/resourceUri": uri, other: uri },
  });
  const [shown] = exposeItems(PREFIXED, "s", "tools", [tool("t", "ui://app")]);
  const [resource] = exposeItems(PREFIXED, "s", "resources", [{ uri: "ui://app" }]);

  assert.equal(resource.uri, "ui://app#~s");
  assert.deepEqual(shown, {
    name: "s__t",
    _meta: {
      ui: { resourceUri: "ui://app#~s", visibility: ["app"] },
      "ui/resourceUri": "ui://app#~s",
      other: "ui://app",
    },
  });
});

Deno.test("exposeItems() leaves out what has no key", () => {
  for (const [kind, key, own, shown] of KEYS) {
    const items: JsonObject[] = [{ [key]: "" }, {}, { [key]: 7 }, { [key]: own }];
    assert.deepEqual(exposeItems(PREFIXED, "s", kind, items), [{ [key]: shown }]);
    assert.deepEqual(exposeItems(plainNaming("s"), "s", kind, items), [{ [key]: own }]);
  }
});

Deno.test("exposeItems() keeps every name apart, in the server's order", () => {
  const names = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 80 }), { maxLength: 30 });
  fc.assert(fc.property(names, (own) => {
    const shown = exposeItems(PREFIXED, "s", "tools", own.map((name) => ({ name })));
    const exposed = PREFIXED.names("s", own);

    assert.equal(new Set(shown.map(({ name }) => name)).size, own.length);
    assert.deepEqual(shown.map(({ name }) => exposed.get(String(name))), own);
  }));
});

Deno.test("exposeItems() gives back the very same list of a server that is shown alone", () => {
  const items = [{ name: "t" }, { name: "u" }];

  assert.strictEqual(exposeItems(plainNaming("s"), "s", "tools", items), items);
});
