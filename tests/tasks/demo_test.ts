import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

Deno.test("the demo shows the main job, and ends with 0 when every check held", async () => {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "tasks/demo.ts", "--once"],
    cwd: ROOT,
    // What a person has set for another gateway must not lead the demo there.
    env: { AEROSTACK_MASTER_KEY: "not a key", AEROSTACK_URL: "http://127.0.0.1:9", PORT: "1" },
  }).output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));

  assert.equal(code, 0, `${out}\n${err}`);
  assert.match(out ?? "", /\n {2}\$ aerostack mcp register --name "Team notes" --slug notes/);
  assert.match(
    out ?? "",
    /USER +CALLED +CALLS +ERRORS +P50 .*LAST USED\n +Alice Chen +notes__add_note +1/,
  );
  assert.match(out ?? "", /Her next call is refused \(status 401\)/);
  assert.match(out ?? "", /All 6 checks held\.\n$/);
  assert.doesNotMatch(out ?? "", /✘|sk-demo-\w/);
});
