import assert from "node:assert/strict";
import fc from "fast-check";
import { matchesGlob } from "../../core/policies/glob.ts";
import {
  type ItemKind,
  MAX_NAME_LENGTH,
  policyFrom,
  policyShows,
  type ToolPolicy,
  ToolPolicyInput,
} from "../../core/policies/tool_policy.ts";

function policy(fields: Partial<ToolPolicy>): ToolPolicy {
  return { allow: [], deny: [], readOnly: false, ...fields };
}

interface Asked {
  kind?: ItemKind;
  isReadOnly?: boolean;
  slug?: string | null;
}

function shows(fields: Partial<ToolPolicy>, own: string, asked: Asked = {}): boolean {
  return policyShows(policy(fields), {
    kind: "tool",
    isReadOnly: false,
    slug: null,
    own,
    ...asked,
  });
}

Deno.test("matchesGlob() knows * and ?, and nothing else", () => {
  const rows: [glob: string, text: string, matches: boolean][] = [
    ["*", "", true],
    ["*", "anything at all", true],
    ["list_*", "list_", true],
    ["list_*", "list_users", true],
    ["list_*", "unlist_users", false],
    ["*_secret", "get_secret", true],
    ["*_secret", "get_secrets", false],
    ["get_?", "get_a", true],
    ["get_?", "get_", false],
    ["get_?", "get_ab", false],
    ["get_?", "get_😀", true],
    ["a*b*c", "a-b-b-c", true],
    ["a*b*c", "a-c-b", false],
    ["a**c", "ac", true],
    ["[ab]", "a", false],
    ["[ab]", "[ab]", true],
    ["a.c", "abc", false],
    ["a|b", "a", false],
    ["^a$", "a", false],
    ["\\*", "\\anything", true],
    ["Get", "get", false],
    ["", "", true],
    ["", "a", false],
  ];

  for (const [glob, text, matches] of rows) {
    assert.equal(matchesGlob(glob, text), matches, `${glob} on ${text}`);
  }
});

Deno.test("matchesGlob() agrees with a regular expression of the same meaning", () => {
  const letters = fc.string({ unit: fc.constantFrom("a", "b", "*", "?"), maxLength: 8 });
  const text = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 10 });

  fc.assert(fc.property(letters, text, (glob, subject) => {
    const pattern = new RegExp(`^${glob.replaceAll("*", ".*").replaceAll("?", ".")}$`, "s");
    assert.equal(matchesGlob(glob, subject), pattern.test(subject));
  }));
});

Deno.test("matchesGlob() ends soon on what makes a backtracking matcher run for ever", () => {
  const glob = "*a".repeat(99) + "*b";

  assert.equal(matchesGlob(glob, "a".repeat(MAX_NAME_LENGTH)), false);
});

Deno.test("what a policy shows, by its rules", () => {
  const rows: [what: string, fields: Partial<ToolPolicy>, own: string, asked: Asked, boolean][] = [
    ["no rule shows all", {}, "drop", {}, true],
    ["allow is the whole", { allow: ["list_*"] }, "list_a", {}, true],
    ["what allow does not name", { allow: ["list_*"] }, "drop", {}, false],
    ["allow is the whole of prompts too", { allow: ["list_*"] }, "ask", { kind: "prompt" }, false],
    ["deny", { deny: ["drop"] }, "drop", {}, false],
    ["deny wins over allow", { allow: ["*"], deny: ["drop"] }, "drop", {}, false],
    [
      "deny wins over a hint",
      { deny: ["get"], readOnly: true },
      "get",
      { isReadOnly: true },
      false,
    ],
    ["deny holds for prompts", { deny: ["ask"], readOnly: true }, "ask", { kind: "prompt" }, false],
    ["read-only with the hint", { readOnly: true }, "get", { isReadOnly: true }, true],
    ["read-only without it", { readOnly: true }, "get", {}, false],
    ["read-only, but allowed", { readOnly: true, allow: ["get"] }, "get", {}, true],
    ["read-only, others", { readOnly: true, allow: ["get"] }, "set", {}, false],
    [
      "allow takes no hint away",
      { readOnly: true, allow: ["get"] },
      "see",
      { isReadOnly: true },
      true,
    ],
    ["prompts are read", { readOnly: true }, "ask", { kind: "prompt" }, true],
    ["resources are read", { readOnly: true }, "file:///a", { kind: "resource" }, true],
    ["a kind in front", { deny: ["tool:x"] }, "x", {}, false],
    ["of another kind", { deny: ["tool:x"] }, "x", { kind: "prompt" }, true],
    ["prompt:", { deny: ["prompt:x"] }, "x", { kind: "prompt" }, false],
    ["resource:", { deny: ["resource:memo:*"] }, "memo:a", { kind: "resource" }, false],
    ["a URI of the scheme resource", { deny: ["resource://a/*"] }, "resource://a/b", {
      kind: "resource",
    }, false],
    ["a name with a server in an install's", { deny: ["db__x"] }, "x", {}, true],
    ["the same in a token's", { deny: ["db__x"] }, "x", { slug: "db" }, false],
    ["a bare name in a token's", { deny: ["x"] }, "x", { slug: "db" }, false],
    ["a server's all in a token's", { allow: ["db__*"] }, "x", { slug: "db" }, true],
    ["of another server", { allow: ["db__*"] }, "x", { slug: "web" }, false],
    ["another server's tool that takes the name", { allow: ["db__*"] }, "db__x", {
      slug: "web",
    }, false],
    ["the same by a glob", { allow: ["d?__x"] }, "db__x", { slug: "web" }, false],
    ["of several servers by a glob", { allow: ["d?__x"] }, "x", { slug: "db" }, true],
    ["which a deny still finds", { deny: ["db__*"] }, "db__x", { slug: "web" }, false],
    ["a very long name", { deny: ["x"] }, "a".repeat(MAX_NAME_LENGTH + 1), {}, false],
  ];

  for (const [what, fields, own, asked, expected] of rows) {
    assert.equal(shows(fields, own, asked), expected, what);
  }
});

Deno.test("a resource that is denied cannot be named in another way", () => {
  const fields = { deny: ["file:///private/*"] };
  const spellings = [
    "file:///private/key",
    "file:///%70rivate/key",
    "file:///%2570rivate/key",
    "file:///public/../private/key",
    "file:///public/%2e%2e/private/key",
    "FILE:///private/key",
    "file:///./private/key",
  ];

  for (const uri of spellings) {
    assert.equal(shows(fields, uri, { kind: "resource" }), false, uri);
    assert.equal(shows({ allow: ["file:///public/*"] }, uri, { kind: "resource" }), false, uri);
  }
  const asked: Asked = { kind: "resource" };
  assert.equal(shows(fields, "file:///public/key", asked), true);
  assert.equal(shows({ allow: ["file:///a%20b"] }, "file:///a%20b", asked), true);
  assert.equal(shows({ allow: ["file:///{path}"] }, "file:///{path}", asked), true);
});

Deno.test("a resource that is denied cannot be named with a query, a fragment or more slashes", () => {
  const rows: [deny: string, uri: string][] = [
    ["file:///private/key", "file:///private/key#1"],
    ["file:///private/key", "file:///private/key?a=/b#1"],
    ["*.key", "file:///private/a.key%23"],
    ["file:///private/*", "file:////private/key"],
    ["file:///private/*", "file:///%2Fprivate/key"],
    ["file:///a/private/*", "file:///a//private/key"],
    ["file:///private/*", "file:///a//../private/key"],
    ["memo://private/*", "memo://a/../private/key"],
    ["memo:///private/*", "memo:/private/key"],
    ["memo:private/*", "memo:a/../private/key"],
  ];

  for (const [deny, uri] of rows) {
    assert.equal(shows({ deny: [deny] }, uri, { kind: "resource" }), false, uri);
  }
});

Deno.test("an allow is not got into by a query, a fragment, or a way out of a folder", () => {
  const rows: [allow: string, uri: string, isShown: boolean][] = [
    ["*.txt", "file:///private/key#.txt", false],
    ["*.txt", "file:///private/key?.txt", false],
    ["file:///public/*", "file:///public/a.txt?b=c", true],
    ["memo://rows?id=*", "memo://rows?id=1", true],
    ["*.txt", "file:///public/C%23.txt", true],
    ["memo://page#part", "memo://page#part", true],
    ["memo://rows{?id}", "memo://rows{?id}", true],
    ["file:///public/*", "file:///public//../private/key", false],
    ["memo://public/*", "memo://public/../private/key", false],
    ["memo://public/*", "memo://public/%2e%2e/private/key", false],
    ["memo:public/*", "memo:public/../private/key", false],
    ["memo://public/*", "memo://public/./key", true],
    ["https://a.test/b//*", "https://a.test/b//c", true],
  ];

  for (const [allow, uri, isShown] of rows) {
    assert.equal(shows({ allow: [allow] }, uri, { kind: "resource" }), isShown, uri);
  }
});

Deno.test("deny always wins, whatever else a policy says", () => {
  const glob = fc.string({
    unit: fc.constantFrom("a", "b", "*", "?", "_"),
    minLength: 1,
    maxLength: 6,
  });
  const name = fc.string({ unit: fc.constantFrom("a", "b", "_"), minLength: 1, maxLength: 6 });
  const globs = fc.array(glob, { maxLength: 3 });

  fc.assert(
    fc.property(
      globs,
      globs,
      fc.boolean(),
      fc.boolean(),
      name,
      (allow, deny, readOnly, isReadOnly, own) => {
        const isShown = shows({ allow, deny, readOnly }, own, { isReadOnly });
        if (
          deny.some((one) => matchesGlob(one, own))
        ) assert.equal(isShown, false);
        if (isShown && readOnly && !isReadOnly) {
          assert.ok(
            allow.some((one) => matchesGlob(one, own)),
          );
        }
      },
    ),
  );
});

Deno.test("ToolPolicyInput bounds how many globs there are and how long", () => {
  const refused: unknown[] = [
    { allow: Array(51).fill("a") },
    { deny: ["a".repeat(201)] },
    { deny: [""] },
    { deny: ["a\nb"] },
    { deny: ["tool:"] },
    { readOnly: "yes" },
    { readonly: true },
  ];

  for (const input of refused) {
    assert.equal(ToolPolicyInput.safeParse(input).success, false, JSON.stringify(input));
  }
  assert.equal(policyFrom(ToolPolicyInput.parse({})), null);
  assert.deepEqual(
    policyFrom(ToolPolicyInput.parse({ deny: ["a", "a"] })),
    policy({ deny: ["a"] }),
  );
});
