import assert from "node:assert/strict";
import fc from "fast-check";
import { matchesGlob } from "../../core/policies/glob.ts";
import { Glob } from "../../core/policies/tool_policy.ts";
import { checkRules, plainRules } from "../../core/secrets/injection_rule.ts";
import { InjectionRules } from "../../core/secrets/secret.ts";
import { fillTemplate, templateProblem } from "../../core/secrets/value_template.ts";
import { Slug } from "../../core/slug.ts";
import { GatewayError } from "../../core/errors.ts";
import { startBothEras } from "../_support/modern_upstreams.ts";
import { legacy, modern } from "../gateway/_requests.ts";
import { startWorld } from "../gateway/_world.ts";
import { assertWellFormed, fuzz, headerText, read, wildText } from "./_door.ts";

Deno.test("any workspace and any server in an address is refused alike, or not there", async () => {
  await using world = await startWorld();
  const { token } = await world.addToken();
  const refused = await read(world.send(legacy(token, "ping"), "nobody"));
  const slug = fc.oneof(wildText, fc.constantFrom("TEAM", "team ", "team/", "te%61m"));

  await fuzz(400, [slug.filter((text) => text !== "team")], async (workspace) => {
    assert.deepEqual(await read(world.send(legacy(token, "ping"), workspace)), refused);
  });
  await fuzz(200, [slug], async (server) => {
    const answer = await read(world.services.gateway.handle(legacy(token, "ping"), "team", server));
    assertWellFormed(answer);
    assert.equal(answer.status, 404);
  });
});

Deno.test("any cursor of a list is answered with a page or a refusal", async () => {
  await using upstream = startBothEras();
  await using world = await startWorld();
  await world.addServer("notes", upstream.url);
  const { token } = await world.addToken();
  const list = fc.constantFrom("tools/list", "prompts/list", "resources/list");
  const cursor = fc.oneof(
    wildText,
    fc.jsonValue(),
    fc.jsonValue().map((value) => btoa(encodeURIComponent(JSON.stringify(value).toWellFormed()))),
  );

  await fuzz(300, [list, cursor], async (method, text) => {
    assertWellFormed(await read(world.send(modern(token, method, { cursor: text }))));
  });
});

Deno.test("any template is refused, or takes any value and holds it once", async () => {
  const template = fc.array(
    fc.oneof(
      fc.constantFrom("{{value}}", "{{", "}}", "{value}", "Bearer ", "$&", "$1"),
      headerText,
    ),
    { maxLength: 4 },
  ).map((parts) => parts.join(""));
  const value = fc.string({ unit: "grapheme-ascii", minLength: 12, maxLength: 30 })
    .filter((text) => !text.includes("{"));

  await fuzz(800, [template, value], (text, secret) => {
    if (templateProblem(text) !== null) return;
    const [before, after] = text.split("{{value}}");
    assert.equal(fillTemplate(text, secret), before + secret + after);
  });
});

Deno.test("any rules are refused in a sentence, or fit a header or a query", async () => {
  const rule = fc.record({
    kind: fc.constantFrom("header", "query", "body"),
    name: fc.oneof(wildText, headerText, fc.constantFrom("Host", "X-API-Key", "Mcp-Session-Id")),
    template: fc.option(fc.oneof(wildText, fc.constant("Bearer {{value}}")), { nil: undefined }),
  });

  await fuzz(600, [fc.array(rule, { maxLength: 6 }), wildText], (rules, value) => {
    const { data } = InjectionRules.safeParse(rules);
    if (data === undefined) return;
    try {
      const fields = { rules: () => "rules", value: "value" };
      checkRules({ rules: plainRules(data), value, others: [], fields });
    } catch (error) {
      assert.ok(error instanceof GatewayError, String(error));
      assert.ok(["invalid_input", "conflict"].includes(error.code), error.code);
      return;
    }
    for (const { kind, name, template } of data) {
      const filled = fillTemplate(template, value);
      if (kind === "header") new Headers({ [name]: filled });
      else new URL("https://mcp.example.com/").searchParams.set(name, filled);
    }
  });
});

Deno.test("no glob takes long, and none matches beyond what it says", async () => {
  const star = fc.constantFrom("*", "?", "a", "**", "*a", ".", "\\", "[", "(a+)+$");
  const glob = fc.array(star, { maxLength: 60 }).map((parts) => parts.join(""));

  await fuzz(400, [glob, fc.integer({ min: 0, max: 2_000 })], (pattern, length) => {
    if (!Glob.safeParse(pattern).success) return;
    assert.equal(matchesGlob(pattern, `${"a".repeat(length)}\n!`), isMatch(pattern, length));
  });
});

Deno.test("a slug is what its rule says and nothing else", async () => {
  await fuzz(500, [wildText], (text) => {
    const isSlug = /^[a-z0-9]+(-[a-z0-9]+)*$/.test(text) && text.length <= 32 &&
      !text.endsWith("\n");
    assert.equal(Slug.safeParse(text).success, isSlug);
  });
});

/** Whether a glob matches this many "a", a line end and "!": only its letters and stars count. */
function isMatch(glob: string, length: number): boolean {
  const text = `${"a".repeat(length)}\n!`;
  let reached = new Set([0]);
  for (const letter of glob) {
    const next = new Set<number>();
    const first = Math.min(...reached);
    if (letter === "*" && reached.size > 0) {
      for (let at = first; at <= text.length; at++) next.add(at);
    }
    for (const at of reached) {
      if (letter === "?" && at < text.length) next.add(at + 1);
      else if (letter !== "*" && letter !== "?" && text[at] === letter) next.add(at + 1);
    }
    reached = next;
  }
  return reached.has(text.length);
}
