import assert from "node:assert/strict";
import { listOf, SECRET } from "./_answers.ts";
import { aerostack, COMMAND, environment, ROOT, type RunOptions } from "./_command.ts";
import { startStub } from "./_stub_gateway.ts";

const PATH = "/servers/internal-api/secrets/API_KEY";
const ANSWERS = {
  [`PUT ${PATH}`]: { body: SECRET },
  [`PATCH ${PATH}`]: {
    body: { ...SECRET, rules: [{ kind: "query", name: "key" }], warnings: [] },
  },
  [`DELETE ${PATH}`]: { status: 204 },
  "GET /servers/internal-api/secrets": { body: listOf(SECRET) },
};

async function run(args: readonly string[], { env, stdin }: RunOptions = {}) {
  await using stub = startStub(ANSWERS);
  const own = { AEROSTACK_URL: stub.url, AEROSTACK_TOKEN: "aat_test", ...env };
  return { ...await aerostack(args, { env: own, stdin }), seen: stub.seen };
}

Deno.test("secrets set sends a value from the command line and never prints it", async () => {
  const { code, out, err, seen } = await run([
    "secrets",
    "set",
    "internal-api",
    "API_KEY",
    "s3cr3t",
  ]);

  assert.equal(code, 0);
  assert.deepEqual(seen[0]?.body, { value: "s3cr3t" });
  assert.match(out, /API_KEY of internal-api is set \(version 2\); it is sent as header API_KEY/);
  assert.match(err, /^warning: nginx drops/);
  assert.doesNotMatch(out + err, /s3cr3t/);
});

Deno.test("secrets set --stdin takes the value without its last line end", async () => {
  for (const [stdin, value] of [["a b\n", "a b"], ["a\r\n", "a"], ["a\n\n", "a\n"], ["é", "é"]]) {
    const args = ["secrets", "set", "internal-api", "API_KEY", "--stdin"];
    const { code, seen } = await run(args, { stdin });

    assert.equal(code, 0);
    assert.deepEqual(seen[0]?.body, { value });
  }
});

Deno.test("secrets set takes a value that begins with - after --", async () => {
  const { code, seen } = await run([
    "secrets",
    "set",
    "internal-api",
    "API_KEY",
    "--",
    "-x --json",
  ]);

  assert.equal(code, 0);
  assert.deepEqual(seen[0]?.body, { value: "-x --json" });
});

Deno.test("secrets set sends a rule along when one is given", async () => {
  const args = ["secrets", "set", "internal-api", "API_KEY", "v", "--header", "X-API-Key"];
  const { seen } = await run(args);

  assert.deepEqual(seen[0]?.body, { value: "v", rules: [{ kind: "header", name: "X-API-Key" }] });
});

Deno.test("secrets inject sends one rule", async () => {
  const { code, out, seen } = await run(
    ["secrets", "inject", "internal-api", "API_KEY", "--query", "key"],
  );

  assert.equal(code, 0);
  assert.deepEqual(seen[0]?.body, { rules: [{ kind: "query", name: "key" }] });
  assert.match(out, /sent as query parameter key/);
});

Deno.test("secrets inject takes several rules, each with its template behind it", async () => {
  const place = ["secrets", "inject", "internal-api", "API_KEY"];
  const bearer = { kind: "header", name: "Authorization", template: "Bearer {{value}}" };
  const words = ["--header", "Authorization", "--template", "Bearer {{value}}"];

  const several = await run([...place, ...words, "--query", "key"]);
  const early = await run([
    ...place,
    "--template",
    "Bearer {{value}}",
    "--header",
    "Authorization",
  ]);
  const added = await run([...place, ...words, "--add"]);
  const removed = await run([...place, "--header", "Authorization", "--remove-rule"]);

  assert.deepEqual(several.seen[0]?.body, { rules: [bearer, { kind: "query", name: "key" }] });
  assert.deepEqual(early.seen[0]?.body, { rules: [bearer] });
  assert.deepEqual(added.seen[0]?.body, { add: [bearer] });
  assert.deepEqual(removed.seen[0]?.body, { remove: [{ kind: "header", name: "Authorization" }] });
});

Deno.test("secrets set --per-member asks for no value, and takes one to stand in", async () => {
  const place = ["secrets", "set", "internal-api", "API_KEY", "--per-member"];

  const declared = await run(place);
  const withShared = await run([...place, "s3cr3t"]);

  assert.deepEqual(declared.seen[0]?.body, { perMember: true });
  assert.deepEqual(withShared.seen[0]?.body, { value: "s3cr3t", perMember: true });
});

Deno.test("secrets set --short says that a short value may be stored", async () => {
  const { seen } = await run(["secrets", "set", "internal-api", "PIN", "1234", "--short"]);

  assert.deepEqual(seen[0]?.body, { value: "1234", allowShort: true });
});

Deno.test("secrets list and remove work by name", async () => {
  const listed = await run(["secrets", "list", "internal-api"]);
  const removed = await run(["secrets", "remove", "internal-api", "API_KEY", "--force"]);

  assert.match(
    listed.out,
    /^SECRET +SENT AS +VERSION +SET +BY +VALUE\nAPI_KEY +header API_KEY +2 .*deploy script +shared/,
  );
  assert.equal(removed.code, 0);
  assert.equal(removed.seen[0]?.path, `${PATH}?force=true`);
});

Deno.test({
  name: "secrets set asks at a terminal, and shows nothing of what is typed",
  ignore: !await hasScript(),
  fn: async () => {
    await using stub = startStub(ANSWERS);

    const screen = await typeAtTerminal(
      ["secrets", "set", "internal-api", "API_KEY"],
      { AEROSTACK_URL: stub.url, AEROSTACK_TOKEN: "aat_test" },
      "wrong\u0015s3cr3x\u007ft\r",
    );

    assert.deepEqual(stub.seen[0]?.body, { value: "s3cr3t" });
    assert.match(screen, /not shown\): \r?\n/);
    assert.doesNotMatch(screen, /s3c|wrong/);
  },
});

Deno.test({
  name: "secrets set changes nothing when Ctrl-C is typed at its prompt",
  ignore: !await hasScript(),
  fn: async () => {
    await using stub = startStub(ANSWERS);

    const screen = await typeAtTerminal(
      ["secrets", "set", "internal-api", "API_KEY"],
      { AEROSTACK_URL: stub.url, AEROSTACK_TOKEN: "aat_test" },
      "s3cr\u0003",
    );

    assert.match(screen, /Interrupted; nothing was changed/);
    assert.deepEqual(stub.seen, []);
  },
});

/** Runs the command in a pseudo terminal; types once it asks; gives what was on the screen. */
async function typeAtTerminal(
  args: readonly string[],
  env: Record<string, string>,
  keys: string,
): Promise<string> {
  const line = [...COMMAND, ...args].map((word) => `'${word}'`).join(" ");
  const child = new Deno.Command("script", {
    args: ["-qec", line, "/dev/null"],
    cwd: ROOT,
    clearEnv: true,
    env: { ...environment(), ...env },
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const writer = child.stdin.getWriter();

  let screen = "";
  let hasTyped = false;
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    screen += text;
    if (hasTyped || !screen.includes("): ")) continue;
    hasTyped = true;
    await writer.write(new TextEncoder().encode(keys));
  }

  await writer.close().catch(() => {});
  await child.status;
  return screen;
}

/** Whether this machine has the `script` of util-linux. */
async function hasScript(): Promise<boolean> {
  if (Deno.build.os !== "linux") return false;
  try {
    return (await new Deno.Command("script", { args: ["--version"] }).output()).success;
  } catch {
    return false;
  }
}
