import assert from "node:assert/strict";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { launch } from "../_support/browser.ts";
import { startProcess } from "../_support/child_process.ts";
import { FIXTURE_ROOT } from "../_support/fixture_app.ts";

const ROOT = join(import.meta.dirname ?? "", "..", "..");

/** A copy of the fixture inside the project, where git does not look. */
async function copyOfFixture() {
  const parent = join(ROOT, "tests", "compat", "_fresh");
  await Deno.mkdir(parent, { recursive: true });
  const root = await Deno.makeTempDir({ dir: parent, prefix: "dev_" });
  await cp(FIXTURE_ROOT, root, {
    recursive: true,
    filter: (path) => !path.startsWith(join(FIXTURE_ROOT, "_fresh")),
  });
  return { root, [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }) };
}

Deno.test("while developing, an open page shows what was changed", {
  sanitizeOps: false,
  sanitizeResources: false,
}, async () => {
  await using copy = await copyOfFixture();
  await using server = await startProcess({
    cwd: ROOT,
    args: [
      "run",
      "-A",
      `--watch=${join(copy.root, "routes")},${join(copy.root, "islands")}`,
      join(copy.root, "dev.ts"),
    ],
    ready: /http:\/\/[^:]+:(\d+)/,
  });
  await using browser = await launch();
  const { page } = await browser.open(`http://localhost:${server.ready[1]}/local`);
  await page.getByText("browser 0").waitFor();

  const island = join(copy.root, "routes", "(inner)", "(_islands)", "Local.tsx");
  const code = await Deno.readTextFile(island);
  await Deno.writeTextFile(island, code.replace(`"browser"`, `"changed"`));

  await page.getByText("changed 0").waitFor();
  await page.locator("#local").click();
  await page.getByText("changed 1").waitFor();
  assert.equal(await page.locator("#local").textContent(), "changed 1");
});
