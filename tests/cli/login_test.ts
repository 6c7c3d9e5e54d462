import assert from "node:assert/strict";
import { join } from "node:path";
import { listOf } from "./_answers.ts";
import { aerostackProcess as aerostack, tempConfig } from "./_command.ts";
import { errorBody, startStub } from "./_stub_gateway.ts";

const TOKEN = "aat_test-token-0123456789";
const STATUS = {
  name: "aerostack-gateway",
  version: "0.1.0",
  publicUrl: "https://mcp.example.com",
  admin: { kind: "token", id: "adm_0123456789abcdefghij", name: "Bob Lee", role: "admin" },
};
const ANSWERS = { "GET /status": { body: STATUS }, "GET /servers": { body: listOf() } };
const REFUSES = {
  "GET /status": { status: 401, body: errorBody("unauthorized", "A valid bearer is required.") },
};

Deno.test("login checks the token and keeps it for its owner alone", async () => {
  await using config = await tempConfig();
  await using stub = startStub(ANSWERS);
  const env = { AEROSTACK_CONFIG_DIR: join(config.dir, "new", "folder") };

  const login = await aerostack(["login", "--url", `${stub.url}/`, "--token", TOKEN], { env });
  const status = await aerostack(["whoami"], { env });

  assert.equal(login.code, 0);
  assert.match(login.out, /as Bob Lee/);
  assert.match(status.out, /Signed in as {2}Bob Lee \(token, admin\)/);
  assert.ok(stub.seen.every(({ authorization }) => authorization === `Bearer ${TOKEN}`));
  assert.doesNotMatch(login.out + login.err + status.out, /aat_test/);
  const { mode } = await Deno.stat(join(env.AEROSTACK_CONFIG_DIR, "credentials.json"));
  if (Deno.build.os !== "windows") assert.equal((mode ?? 0) & 0o777, 0o600);
});

Deno.test("login reads the token from the standard input with --stdin", async () => {
  await using config = await tempConfig();
  await using stub = startStub(ANSWERS);
  const env = { AEROSTACK_CONFIG_DIR: config.dir, AEROSTACK_URL: stub.url };

  const { code } = await aerostack(["login", "--stdin"], { env, stdin: `${TOKEN}\n` });

  assert.equal(code, 0);
  assert.equal(stub.seen[0]?.authorization, `Bearer ${TOKEN}`);
});

Deno.test("login keeps nothing when the gateway refuses the token", async () => {
  await using config = await tempConfig();
  await using stub = startStub(REFUSES);
  const env = { AEROSTACK_CONFIG_DIR: config.dir };

  const { code, err } = await aerostack(["login", "--url", stub.url, "--token", TOKEN], { env });

  assert.equal(code, 1);
  assert.match(err, /refused the token.*aerostack admin token create/);
  assert.doesNotMatch(err, /aat_test/);
  assert.deepEqual(await Array.fromAsync(Deno.readDir(config.dir)), []);
});

Deno.test("login replaces an older login, and logout forgets it", async () => {
  await using config = await tempConfig();
  await using stub = startStub(ANSWERS);
  const env = { AEROSTACK_CONFIG_DIR: config.dir };

  await aerostack(["login", "--url", stub.url, "--token", "aat_old"], { env });
  await aerostack(["login", "--url", stub.url, "--token", "aat_new"], { env });
  await aerostack(["status"], { env });
  const out = await aerostack(["logout"], { env });
  const again = await aerostack(["logout"], { env });
  const after = await aerostack(["status"], { env });

  assert.equal(stub.seen[2]?.authorization, "Bearer aat_new");
  assert.equal(out.out, `Logged out of ${stub.url}\n`);
  assert.deepEqual([again.code, again.out], [0, "There was no login to forget.\n"]);
  assert.equal(after.code, 1);
  assert.match(after.err, /No gateway is named\. Run aerostack login/);
  assert.deepEqual(await Array.fromAsync(Deno.readDir(config.dir)), []);
});

Deno.test("a stored token is never sent to another gateway that the environment names", async () => {
  await using config = await tempConfig();
  await using own = startStub(ANSWERS);
  await using other = startStub(ANSWERS);
  const env = { AEROSTACK_CONFIG_DIR: config.dir };
  await aerostack(["login", "--url", own.url, "--token", TOKEN], { env });

  const { code, err } = await aerostack(["mcp", "list"], {
    env: { ...env, AEROSTACK_URL: other.url },
  });

  assert.equal(code, 1);
  assert.match(err, /There is no token for /);
  assert.deepEqual(other.seen, []);
});

Deno.test("the environment's token is used before the stored one", async () => {
  await using config = await tempConfig();
  await using stub = startStub(ANSWERS);
  const env = { AEROSTACK_CONFIG_DIR: config.dir };
  await aerostack(["login", "--url", stub.url, "--token", TOKEN], { env });

  await aerostack(["status"], { env: { ...env, AEROSTACK_TOKEN: "aat_env" } });

  assert.equal(stub.seen.at(-1)?.authorization, "Bearer aat_env");
});

Deno.test("a broken credentials file is named, and login repairs it", async () => {
  await using config = await tempConfig();
  await using stub = startStub(ANSWERS);
  const env = { AEROSTACK_CONFIG_DIR: config.dir };
  await Deno.writeTextFile(join(config.dir, "credentials.json"), "{");

  const broken = await aerostack(["status"], { env });
  const login = await aerostack(["login", "--url", stub.url, "--token", TOKEN], { env });

  assert.equal(broken.code, 1);
  assert.match(broken.err, /credentials\.json cannot be read as credentials/);
  assert.equal(login.code, 0);
});
