import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { MASTER_KEY, startGateway, temporaryDataDir } from "../_support/gateway.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Runs the task on a data folder. */
async function signIn(
  dataDir: string,
  publicUrl = "http://127.0.0.1:8000",
  more: string[] = [],
) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "tasks/sign_in.ts", ...more],
    cwd: ROOT,
    env: {
      AEROSTACK_DATA_DIR: dataDir,
      AEROSTACK_MASTER_KEY: MASTER_KEY,
      AEROSTACK_PUBLIC_URL: publicUrl,
      DENO_KV_PATH: "",
      GITHUB_CLIENT_ID: "",
      GITHUB_CLIENT_SECRET: "",
    },
  }).output();
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
  return { code, stdout: decode(stdout), stderr: decode(stderr) };
}

Deno.test("deno task sign-in prints a link that the running gateway takes once", async () => {
  await using gateway = await startGateway();

  const { code, stdout } = await signIn(gateway.dataDir, gateway.origin);
  const link = /http:\S+$/.exec(stdout)?.[0] ?? "";
  const statuses: number[] = [];
  for (let use = 0; use < 2; use++) {
    const response = await fetch(link, { method: "POST", redirect: "manual" });
    await response.body?.cancel();
    statuses.push(response.status);
  }

  assert.equal(code, 0);
  assert.ok(link.startsWith(`${gateway.origin}/auth/link/`));
  assert.deepEqual(statuses, [303, 410]);
});

Deno.test("deno task sign-in --role makes a link for somebody who only looks", async () => {
  await using gateway = await startGateway();
  const options = ["--name", "Alice Chen", "--role", "viewer"];

  const { stdout } = await signIn(gateway.dataDir, gateway.origin, options);
  const wrong = await signIn(gateway.dataDir, gateway.origin, ["--role", "king"]);

  const link = /http:\S+$/.exec(stdout)?.[0] ?? "";
  const begun = await fetch(link, { method: "POST", redirect: "manual" });
  await begun.body?.cancel();
  const cookie = begun.headers.get("set-cookie")?.split(";")[0] ?? "";
  const html = await (await fetch(gateway.origin, { headers: { cookie } })).text();
  assert.match(html, /Alice Chen <span class="quiet">viewer/);
  assert.equal(wrong.code, 1);
  assert.match(wrong.stderr, /--role viewer\|admin\|owner, not --role king/);
});

Deno.test("deno task sign-in makes no store where no gateway has run", async () => {
  await using dataDir = await temporaryDataDir();

  const { code, stderr } = await signIn(dataDir.path);

  assert.equal(code, 1);
  assert.match(stderr, /There is no store at .*AEROSTACK_DATA_DIR/);
  assert.deepEqual(await Array.fromAsync(Deno.readDir(dataDir.path)), []);
});
