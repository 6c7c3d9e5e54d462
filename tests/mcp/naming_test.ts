import assert from "node:assert/strict";
import fc from "fast-check";
import { plainNaming, PREFIXED } from "../../core/mcp/naming.ts";

const slug = fc.stringMatching(/^[a-z0-9]+(-[a-z0-9]+){0,3}$/).filter((s) => s.length <= 32);
const uri = fc.oneof(
  fc.webUrl({ withFragments: true, withQueryParameters: true }),
  fc.constantFrom("ui://app/main.html", "file:///a b#c", "note", "urn:x:y", "", "a#~b", "!~x"),
  fc.string(),
);

Deno.test("PREFIXED takes every URI back to its server and to what it was", () => {
  fc.assert(fc.property(slug, uri, (slug, own) => {
    assert.deepEqual(PREFIXED.ownerOfUri(PREFIXED.exposeUri(slug, own)), { slug, own });
  }));
});

Deno.test("PREFIXED keeps a URI valid, with its scheme, host, path and query", () => {
  fc.assert(fc.property(slug, fc.webUrl({ withFragments: true }), (slug, own) => {
    const before = new URL(own);
    const after = new URL(PREFIXED.exposeUri(slug, own));

    for (const part of ["protocol", "host", "pathname", "search"] as const) {
      assert.equal(after[part], before[part]);
    }
  }));
  // RFC 3986 has one fragment in a URI, and no second "#" in it.
  for (const own of ["ui://a", "ui://a#", "ui://a#b", "ui://a?q#b"]) {
    assert.equal(PREFIXED.exposeUri("s", own).split("#").length, 2, own);
  }
  for (const own of ["ui://app/main.html", "file:///a#b", "urn:x:y", "data:text/plain,x"]) {
    assert.ok(URL.canParse(PREFIXED.exposeUri("s", own)), own);
  }
});

Deno.test("PREFIXED shows two URIs as one only if they are one, of one server", () => {
  const owned = fc.record({ slug, own: uri });
  fc.assert(fc.property(owned, owned, (one, other) => {
    const isShownAsOne = PREFIXED.exposeUri(one.slug, one.own) ===
      PREFIXED.exposeUri(other.slug, other.own);

    assert.equal(isShownAsOne, one.slug === other.slug && one.own === other.own);
  }));
});

Deno.test("PREFIXED leads back from an expanded template, whatever was filled in", () => {
  const shown = PREFIXED.exposeUri("s", "file:///{+path}");

  for (const path of ["a/b", "a#b", "a#~t", "a!~t"]) {
    const expanded = shown.replace("{+path}", path);
    assert.deepEqual(PREFIXED.ownerOfUri(expanded), { slug: "s", own: `file:///${path}` });
  }
});

Deno.test("PREFIXED takes the id of a task back to its server and to what it was", () => {
  fc.assert(fc.property(slug, fc.string({ minLength: 1 }), (slug, own) => {
    assert.deepEqual(PREFIXED.ownerOfTask(PREFIXED.exposeTask(slug, own)), { slug, own });
  }));
});

Deno.test("PREFIXED knows no owner of what it has not named", () => {
  for (const text of ["", "file:///a", "a#b", "a~s", "a#~S", "a#~s_t", "a#~"]) {
    assert.equal(PREFIXED.ownerOfUri(text), null, text);
  }
  for (const text of ["", "task", "__task", "s_task"]) {
    assert.equal(PREFIXED.ownerOfTask(text), null, text);
    assert.equal(PREFIXED.ownerOfName(text), null, text);
  }
});

Deno.test("plainNaming() leaves everything as its one server calls it", () => {
  const naming = plainNaming("s");
  fc.assert(fc.property(fc.string(), (own) => {
    for (const shown of [naming.exposeName("s", own), naming.exposeUri("s", own)]) {
      assert.equal(shown, own);
    }
    assert.equal(naming.exposeTask("s", own), own);
    assert.deepEqual(naming.ownerOfUri(own), { slug: "s", own });
    assert.deepEqual(naming.ownerOfName(own), { slug: "s", own });
    assert.deepEqual(naming.ownerOfTask(own), { slug: "s", own });
  }));
  assert.deepEqual([...naming.names("s", ["a", "b"])], [["a", "a"], ["b", "b"]]);
});
