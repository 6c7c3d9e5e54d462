import assert from "node:assert/strict";
import { join } from "node:path";
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

/** Serves what was built, on a free port, until it goes out of scope. */
async function serve() {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["serve", "-A", "--port", "0", join(FIXTURE_ROOT, "_fresh", "server.js")],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const end = async () => {
    child.kill("SIGKILL");
    await child.status;
  };

  let output = "";
  for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
    output += text;
    const port = /http:\/\/[^:]+:(\d+)/.exec(output)?.[1];
    if (port !== undefined) return { url: `http://localhost:${port}`, [Symbol.asyncDispose]: end };
  }
  throw new Error(`Cannot serve the build: ${output}`);
}

Deno.test("a build is served by `deno serve _fresh/server.js`", async () => {
  await deno("run", "-A", join(FIXTURE_ROOT, "dev.ts"), "build");

  await using server = await serve();

  const { url } = server;
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
  const url = `${server.url}/site.css`;

  const first = await fetch(url);
  await first.body?.cancel();
  const second = await fetch(url, {
    headers: { "if-none-match": first.headers.get("etag") ?? "" },
  });

  assert.equal(first.status, 200);
  assert.equal(second.status, 304);
});

Deno.test("a build serves files whose names need encoding, and no hidden ones", async () => {
  await deno("run", "-A", join(FIXTURE_ROOT, "dev.ts"), "build");
  await using server = await serve();

  const spaced = await fetch(`${server.url}/nested/a%20file.txt`);
  const hidden = await fetch(`${server.url}/.hidden`);

  assert.match(await spaced.text(), /a name with a space/);
  assert.equal(hidden.status, 404);
  await hidden.body?.cancel();
});
