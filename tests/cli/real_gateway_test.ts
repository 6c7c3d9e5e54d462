import assert from "node:assert/strict";
import { freePort, startProcess } from "../_support/child_process.ts";
import { aerostackProcess as aerostack, type Finished, ROOT, tempConfig } from "./_command.ts";

const ADMIN_TOKEN = "an-admin-token-for-tests-only";
/** An address that the rules let through without a look into DNS. */
const PUBLIC = "https://1.1.1.1/mcp";
const KEY = "sk-notes-0123456789";

/** Runs the command against one gateway; the words are cut at single spaces. */
type Run = (line: string, ...more: string[]) => Promise<Finished>;

function startGateway(dataDir: string, env: Record<string, string> = {}) {
  return startProcess({
    args: ["run", "-A", "tasks/start.ts"],
    cwd: ROOT,
    env: { AEROSTACK_DATA_DIR: dataDir, AEROSTACK_ADMIN_TOKEN: ADMIN_TOKEN, PORT: "0", ...env },
    ready: /listens on (http:\S+)/,
  });
}

function startNotes() {
  return startProcess({
    args: ["run", "-A", "examples/notes_server.ts", "--port", "0"],
    cwd: ROOT,
    env: { NOTES_API_KEY: KEY },
    ready: /Notes server at (http:\S+)/,
  });
}

function runAgainst(url: string, token = ADMIN_TOKEN): Run {
  const env = { AEROSTACK_URL: url, AEROSTACK_TOKEN: token };
  return (line, ...more) => aerostack([...line.split(" "), ...more], { env });
}

Deno.test("the command does the main job at a real gateway", async (t) => {
  await using folder = await tempConfig();
  await using notes = await startNotes();
  await using gateway = await startGateway(folder.dir, { AEROSTACK_ALLOW_PRIVATE_UPSTREAMS: "1" });
  const [notesUrl = "", gatewayUrl = ""] = [notes.ready[1], gateway.ready[1]];
  const run = runAgainst(gatewayUrl);

  await t.step("registers a server; a second one under its slug is refused", async () => {
    const register = `mcp register --name Notes --slug notes --url ${notesUrl}`;
    assert.equal((await run(register)).code, 0);

    const { code, err } = await run(register);
    assert.equal(code, 1);
    assert.match(err, /"notes" exists already/);
  });

  await t.step("tests it: refused without its key, tools with it", async () => {
    const without = await run("mcp test notes");
    const set = await run("secrets set notes API_KEY", KEY);
    const inject = await run("secrets inject notes API_KEY --header X-API-Key");
    const withKey = await run("mcp test notes");

    assert.equal(without.code, 1);
    assert.match(without.err, /failed at auth: .*401.*aerostack secrets set notes/);
    assert.deepEqual([set.code, inject.code, withKey.code], [0, 0, 0]);
    assert.match(withKey.out, /notes works: 4 tools[^]*add_note +Keeps a note/);
    assert.doesNotMatch(set.out + set.err + inject.out + inject.err, new RegExp(KEY));
  });

  await t.step(
    "shows how a server speaks, what it is pinned to, and how it is called",
    async () => {
      const found = await run("mcp show notes");
      const pinned = await run("mcp update notes --protocol 2026-07-28 --idle-timeout 30");
      const shown = JSON.parse((await run("mcp show notes --json")).out);
      const auto = await run("mcp update notes --protocol auto --idle-timeout none");

      assert.match(found.out, /Protocol +auto; modern.* over Streamable HTTP, found out /);
      assert.match(found.out, /Health +no failures in a row/);
      assert.match(pinned.out, /Protocol +pinned to 2026-07-28 over Streamable HTTP\n/);
      assert.match(pinned.out, /Timeouts +total 300 s, connect 10 s, first byte none, idle 30 s/);
      assert.deepEqual([shown.protocol, shown.timeouts.idleSeconds], ["2026-07-28", 30]);
      assert.match(auto.out, /Protocol +auto; .*idle none/s);
    },
  );

  await t.step("says why a server does not work, and ends with 1", async () => {
    await run(`mcp register --name Down --slug down --url http://127.0.0.1:${freePort()}/mcp`);

    const { code, err } = await run("mcp test down");
    assert.equal(code, 1);
    assert.match(err, /failed at connect: .*Check that the server runs/);
  });

  await t.step("gives a person a token, and what is in use asks for --force", async () => {
    await run("workspace create backend");
    await run("mcp install notes --workspace backend");
    const created = await run("workspace token create backend --expires 90d --name", "Alice Chen");
    const server = await run("mcp remove notes");
    const workspace = await run("workspace remove backend");

    assert.match(created.out, /mwt_alice_\w{20,}\n/);
    assert.ok(created.out.includes(`URL: ${gatewayUrl}/ws/backend/sse`));
    assert.deepEqual([server.code, workspace.code], [1, 1]);
    assert.match(server.err, /"backend".*--force/);
    assert.match(workspace.err, /Alice Chen.*--force/);
  });

  await t.step("revokes it by its visible start and shows that in the list", async () => {
    const revoked = await run("workspace token revoke backend mwt_alice_");
    const listed = await run("workspace token list backend --json");

    assert.equal(revoked.code, 0);
    assert.equal(JSON.parse(listed.out).items[0].status, "revoked");
    assert.doesNotMatch(listed.out, /"hash"|"token"/);
  });

  await t.step("reports no calls yet", async () => {
    const analytics = await run("analytics --workspace backend --period 24h");
    const calls = await run("calls list --workspace backend");

    assert.deepEqual([analytics.code, calls.code], [0, 0]);
    assert.match(analytics.out, /No calls in backend from/);
  });

  await t.step("an admin's token works until it is revoked", async () => {
    const created = JSON.parse((await run("admin token create --name Bob --json")).out);
    const asBob = runAgainst(gatewayUrl, created.token);

    const before = await asBob("whoami");
    const revoked = await run(`admin token revoke ${created.id}`);
    const after = await asBob("whoami");

    assert.match(before.out, /Signed in as {2}Bob/);
    assert.deepEqual([before.code, revoked.code, after.code], [0, 0, 1]);
    assert.match(after.err, /refused the token/);
  });

  await t.step("removes everything with --force", async () => {
    const server = await run("mcp remove notes --force");
    const workspace = await run("workspace remove backend --force");
    const left = await run("workspace list --json");

    assert.deepEqual([server.code, workspace.code], [0, 0]);
    assert.deepEqual(JSON.parse(left.out), { items: [], nextCursor: null });
  });
});

Deno.test("the command tells what a real gateway refuses", async () => {
  await using folder = await tempConfig();
  await using gateway = await startGateway(folder.dir);
  const run = runAgainst(gateway.ready[1] ?? "");

  const refusals: readonly (readonly [string, RegExp])[] = [
    ["mcp register --name A --slug A__B --url https://a.example", /slug.*"A__B"/],
    ["mcp register --name A --slug a --url http://a.example", /https/],
    ["mcp register --name A --slug a --url https://127.0.0.1/mcp", /127\.0\.0\.1/],
    [
      `mcp register --name A --slug a --url ${PUBLIC} --forward-headers Cookie`,
      /"cookie" is never/,
    ],
    ["mcp show nope", /There is no server "nope"/],
    ["mcp install nope --workspace nope", /There is no (server|workspace) "nope"/],
    ["secrets list nope", /There is no server "nope"/],
    ["workspace show nope", /There is no workspace "nope"/],
    ["workspace create No", /slug.*"No"/],
    ["analytics --workspace nope", /There is no workspace "nope"/],
    ["admin token revoke adm_nope", /There is no admin token "adm_nope"/],
  ];
  for (const [line, says] of refusals) {
    const { code, out, err } = await run(line);

    assert.deepEqual([code, out], [1, ""], line);
    assert.match(err, says, line);
    assert.equal(err.split("\n").length, 2, line);
  }
});
