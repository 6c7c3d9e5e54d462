import assert from "node:assert/strict";
import { join } from "node:path";
import { startProcess } from "../_support/child_process.ts";
import { FIXTURE_ROOT } from "../_support/fixture_app.ts";

const ROOT = join(import.meta.dirname ?? "", "..", "..");

/** Runs `deno` from the root of the project, so that its configuration holds. */
async function deno(...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: ROOT,
    stdout: "null",
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
}

const serve = () =>
  startProcess({
    cwd: ROOT,
    args: ["serve", "-A", "--port", "0", join(FIXTURE_ROOT, "_fresh", "server.js")],
    ready: /http:\/\/[^:]+:(\d+)/,
  });

Deno.test("a build is served by `deno serve _fresh/server.js`", async () => {
  await deno("run", "-A", join(FIXTURE_ROOT, "dev.ts"), "build");

  await using server = await serve();

  const url = `http://localhost:${server.ready[1]}`;
  const page = await (await fetch(`${url}/counter`)).text();
  assert.match(page, /<title>Fixture<\/title>/);
  const [, script] = /from "(\/_fresh\/[^"]+\/Counter\.js)"/.exec(page) ?? [];
  const answer = await fetch(url + script);
  assert.equal(answer.headers.get("cache-control"), "public, max-age=31536000, immutable");
  assert.match(await answer.text(), /onClick/);
});

Deno.test("a build answers 304 to whoever has the file already", async () => {
  await deno("run", "-A", join(FIXTURE_ROOT, "dev.ts"), "build");
  await using server = await serve();
  const url = `http://localhost:${server.ready[1]}/site.css`;

  const first = await fetch(url);
  await first.body?.cancel();
  const second = await fetch(url, {
    headers: { "if-none-match": first.headers.get("etag") ?? "" },
  });

  assert.equal(first.status, 200);
  assert.equal(second.status, 304);
});

Deno.test("a build serves no hidden file", async () => {
  await deno("run", "-A", join(FIXTURE_ROOT, "dev.ts"), "build");
  await using server = await serve();

  const answer = await fetch(`http://localhost:${server.ready[1]}/.hidden`);

  await answer.body?.cancel();
  assert.equal(answer.status, 404);
});
