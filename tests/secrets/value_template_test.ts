import assert from "node:assert/strict";
import fc from "fast-check";
import { fillTemplate, templateProblem } from "../../core/secrets/value_template.ts";

Deno.test("templateProblem() takes a template that has {{value}} once", () => {
  const good = ["{{value}}", "Bearer {{value}}", '{"key":{"of":"{{value}}"}}', "{ {{value}} }"];
  for (const template of good) assert.equal(templateProblem(template), null, template);
});

Deno.test("templateProblem() refuses {{value}} that is missing or there twice", () => {
  assert.match(templateProblem("Bearer") ?? "", /has \{\{value\}\} not; it must be in it once/);
  assert.match(templateProblem("") ?? "", /not/);
  assert.match(templateProblem("{value}") ?? "", /not/);
  assert.match(templateProblem("{{value}} {{value}}") ?? "", /2 times/);
});

Deno.test("templateProblem() names what else is in double braces", () => {
  const cases: [string, RegExp][] = [
    ["{{token}} {{value}}", /has "\{\{token\}\}"; only \{\{value\}\} is known/],
    ["{{value}} {{user.email}}", /"\{\{user\.email\}\}"/],
    ["Bearer {{ value }}", /has "\{\{ value \}\}"; write \{\{value\}\}/],
    ["{{Value}}", /"\{\{Value\}\}"/],
    ["{{}} {{value}}", /something else in double braces/],
    ["{{{value}}}", /something else in double braces/],
    ["{{value}} {{", /"\{\{" without "\}\}" behind it/],
    ["{{value", /without "\}\}" behind it/],
  ];
  for (const [template, sentence] of cases) {
    assert.match(templateProblem(template) ?? "", sentence, template);
  }
});

Deno.test("templateProblem() does not repeat what may be a secret put into the braces", () => {
  const sentence = templateProblem("Bearer {{sk-live-1234}}") ?? "";

  assert.ok(!sentence.includes("sk-live"), sentence);
});

Deno.test("fillTemplate() puts any value in as it is", () => {
  for (const value of ["$&", "$1 $$ $`", "{{value}}", "\\", "ключ"]) {
    assert.equal(fillTemplate("a {{value}} b", value), `a ${value} b`);
    assert.equal(fillTemplate(undefined, value), value);
  }
});

Deno.test("templateProblem() takes only what fillTemplate() can fill", () => {
  const part = fc.constantFrom("{", "}", "{{", "}}", "value", "{{value}}", "Bearer ", "x");
  fc.assert(
    fc.property(fc.array(part, { maxLength: 8 }), fc.string(), (parts, value) => {
      const template = parts.join("");
      if (templateProblem(template) !== null) return;
      const [before, after, ...more] = template.split("{{value}}");
      assert.deepEqual(more, []);
      assert.equal(fillTemplate(template, value), `${before}${value}${after}`);
    }),
    { numRuns: 5_000 },
  );
});
