import assert from "node:assert/strict";
import { RULES } from "./_support/architecture_rules.ts";
import { projectFiles, sourceFile } from "./_support/source_files.ts";

const files = projectFiles();

for (const rule of RULES) {
  Deno.test(`The project: ${rule.sentence}`, () => {
    const offences = files.flatMap((file) => {
      return rule.find(file).map(({ line, why }) => `${file.path}:${line} ${why}`);
    });

    assert.deepEqual(offences, []);
  });

  Deno.test(`The rule notices when it is broken: ${rule.sentence}`, () => {
    for (const { path, text, line } of rule.broken) {
      const lines = rule.find(sourceFile(path, text)).map((offence) => offence.line);
      assert.ok(lines.includes(line), `${path}: ${text}`);
    }
    for (const { path, text } of rule.kept) {
      assert.deepEqual(rule.find(sourceFile(path, text)), [], `${path}: ${text}`);
    }
  });
}

Deno.test("The rules see the project's files", () => {
  const paths = files.map((file) => file.path);

  for (const path of ["core/errors.ts", "core/kv/keys.ts", "deno.json", "LICENSE"]) {
    assert.ok(paths.includes(path), path);
  }
  assert.ok(!paths.some((path) => path.startsWith("node_modules/")));
});
