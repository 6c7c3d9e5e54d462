import assert from "node:assert/strict";
import { createWorkspace } from "../../core/workspaces/create_workspace.ts";
import { startApp } from "../_support/app.ts";
import { startProcess } from "../_support/child_process.ts";
import { AN_ADMIN } from "../_support/core.ts";
import { eventually } from "../_support/eventually.ts";
import { serveLocally } from "../_support/upstream.ts";
import { someCall } from "../calls/_support.ts";
import { createAdminToken } from "../../core/admins/create_admin_token.ts";
import { aerostack, COMMAND, ROOT, tempConfig } from "./_command.ts";

const ADMIN_TOKEN = "environment-token-0123456789";

async function gateway() {
  const app = await startApp({ AEROSTACK_ADMIN_TOKEN: ADMIN_TOKEN });
  const workspace = await createWorkspace(app.services, AN_ADMIN, { slug: "backend" });
  const record = (tool: string) => {
    const at = new Date(Date.now() - 1_000).toISOString();
    return app.services.callLog.record(workspace, someCall({ tool, at }));
  };
  const env = { AEROSTACK_URL: app.origin, AEROSTACK_TOKEN: ADMIN_TOKEN };
  const run = (line: string) => aerostack(line.split(" "), { env });
  return { app, record, env, run, [Symbol.asyncDispose]: () => app[Symbol.asyncDispose]() };
}

/** A gateway whose exports are these bytes, and then nothing, or a cut. */
function brokenGateway(text: string, isCut: boolean) {
  return serveLocally(() => {
    const body = new ReadableStream<Uint8Array>({
      async start(controller) {
        controller.enqueue(new TextEncoder().encode(text));
        await new Promise((resolve) => setTimeout(resolve, 50));
        if (isCut) controller.error(new Error("The test cuts this"));
        else controller.close();
      },
    });
    return new Response(body, { headers: { "content-type": "application/jsonl" } });
  });
}

Deno.test("calls export writes a whole file, or the standard output", async () => {
  await using folder = await tempConfig();
  await using at = await gateway();
  for (const tool of ["a", "b"]) await at.record(tool);
  const file = `${folder.dir}/calls.jsonl`;

  const toFile = await at.run(`calls export --workspace backend --output ${file}`);
  const json = await at.run(`calls export --workspace backend --tool b --output ${file} --json`);
  const out = await at.run("calls export --workspace backend --format csv --from 1h");
  const lines = (await Deno.readTextFile(file)).trimEnd().split("\n");

  assert.deepEqual([toFile.code, json.code, out.code], [0, 0, 0], toFile.err + json.err + out.err);
  assert.match(toFile.out, /^Wrote 2 calls to .*calls\.jsonl, up to commit [0-9a-f]{20}\.\n$/);
  assert.deepEqual([JSON.parse(json.out).calls, lines.length], [1, 2]);
  assert.match(out.out, /^id,at,[^]*,search|,b,[^]*\r\nend,/);
  assert.equal(out.out.trimEnd().split("\r\n").length, 4);
  assert.deepEqual([...Deno.readDirSync(folder.dir)].map(({ name }) => name), ["calls.jsonl"]);
});

for (
  const [what, isCut, why] of [
    ["is cut", true, /broke off after 12 bytes/],
    ["ends without its last line", false, /its last line is missing/],
  ] as const
) {
  Deno.test(`calls export of a stream that ${what} exits with 1 and leaves no file that looks whole`, async () => {
    await using folder = await tempConfig();
    await using broken = brokenGateway('{"tool":"a"}'.slice(0, 11) + "\n", isCut);
    const env = { AEROSTACK_URL: broken.origin, AEROSTACK_TOKEN: ADMIN_TOKEN };
    const file = `${folder.dir}/calls.jsonl`;

    const run = await aerostack(
      ["calls", "export", "--workspace", "backend", "--output", file],
      { env },
    );
    const piped = await aerostack(["calls", "export", "--workspace", "backend"], { env });

    assert.deepEqual([run.code, piped.code], [1, 1]);
    assert.match(run.err, why);
    assert.match(run.err, /What came is in .*calls\.jsonl\.part, not whole/);
    assert.match(piped.err, /What was written is not whole/);
    assert.deepEqual([...Deno.readDirSync(folder.dir)].map(({ name }) => name), [
      "calls.jsonl.part",
    ]);
  });
}

Deno.test("calls tail prints calls as they come, goes on after a break, and ends with its token", async () => {
  await using at = await gateway();
  const { services } = at.app;
  const viewer = await createAdminToken(services, AN_ADMIN, { name: "screen", role: "viewer" });
  await at.record("before");
  // It stands between them, and breaks one stream.
  const cuts: (() => void)[] = [];
  const sentOn: (string | null)[] = [];
  await using proxy = serveLocally(async (request) => {
    const url = new URL(request.url);
    sentOn.push(request.headers.get("last-event-id"));
    const to = at.app.origin + url.pathname + url.search;
    const response = await fetch(to, { headers: request.headers });
    if (response.body === null || !response.ok) return response;
    const reader = response.body.getReader();
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        cuts.push(() => {
          controller.error(new Error("The test cuts this"));
          void reader.cancel();
        });
      },
      async pull(controller) {
        const { done, value } = await reader.read().catch(() => ({ done: true, value: undefined }));
        if (value !== undefined) controller.enqueue(value);
        else if (done) controller.close();
      },
    });
    return new Response(body, response);
  });
  const [, ...words] = COMMAND;
  const starting = startProcess({
    args: [...words, "calls", "tail", "--workspace", "backend"],
    cwd: ROOT,
    env: { AEROSTACK_URL: proxy.origin, AEROSTACK_TOKEN: viewer.token },
    ready: /first/,
  });
  await eventually("it follows", () => services.callStreams.open.tails === 1);
  await at.record("first");
  await using child = await starting;
  cuts[0]();
  await eventually("the break", () => services.callStreams.open.tails === 0);
  await at.record("second");
  await eventually("the second call", () => child.lines.some((line) => line.includes("second")));

  assert.equal(sentOn.length, 2);
  assert.match(sentOn[1] ?? "", /^[0-9a-f]{20}-0$/);
  assert.ok(!child.lines.some((line) => line.includes("before")));
  assert.match(child.lines.join("\n"), /\d\d:\d\d:\d\d {2}Alice Chen {2}internal-api__first {2}ok/);

  await services.admins.tokens.remove(AN_ADMIN, viewer.id);
  cuts[1]();
  assert.equal(await child.exited, 1);
});
