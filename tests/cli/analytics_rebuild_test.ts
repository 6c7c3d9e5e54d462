import assert from "node:assert/strict";
import { aerostack } from "./_command.ts";
import { startStub } from "./_stub_gateway.ts";

const REPORT = {
  workspace: "backend",
  ok: true,
  calls: 1_042,
  hours: { equal: 31, different: 0, repaired: 0, older: 0 },
  blocks: { equal: 12, different: 0, repaired: 0, older: 0 },
  differences: [],
};
const DIFFERENT = {
  ...REPORT,
  hours: { equal: 30, different: 1, repaired: 0, older: 2 },
  differences: [{ hour: "2026-11-20T14:00:00.000Z", summed: 61, logged: 63 }],
};

async function run(body: unknown, ...args: string[]) {
  const path = "POST /workspaces/backend/analytics/rebuild";
  await using stub = startStub({ [path]: { body } });
  const env = { AEROSTACK_URL: stub.url, AEROSTACK_TOKEN: "aat_test" };
  const result = await aerostack(
    ["analytics", "rebuild", "--workspace", "backend", ...args],
    { env },
  );
  return { ...result, asked: stub.seen.at(-1) };
}

Deno.test("analytics rebuild says that the sums equal the log", async () => {
  const { code, out, asked } = await run(REPORT);

  assert.equal(code, 0);
  assert.match(out, /The sums of backend equal its log: 1,?042 calls counted again/);
  assert.match(out, /31 hours and 12 longer blocks compared/);
  assert.deepEqual(asked?.body, { repair: true });
});

Deno.test("analytics rebuild says what differed and was replaced", async () => {
  const { code, out } = await run({
    ...DIFFERENT,
    hours: { ...DIFFERENT.hours, repaired: 1 },
  });

  assert.equal(code, 0);
  assert.match(out, /1 hour and 0 longer blocks differed/);
  assert.match(out, /2026-11-20 14:00 UTC: sums 61, log 63/);
  assert.match(out, /1 of them were replaced/);
  assert.match(out, /2 hours older than the log stay/);
});

Deno.test("analytics rebuild --check changes nothing, and ends with 1 when sums differ", async () => {
  const { code, out, err, asked } = await run({ ...DIFFERENT, ok: false }, "--check");

  assert.equal(code, 1);
  assert.equal(out, "");
  assert.match(err, /sums 61, log 63/);
  assert.match(err, /without --check/);
  assert.deepEqual(asked?.body, { repair: false });
});

Deno.test("analytics rebuild --json prints the API's answer, also when sums differ", async () => {
  const { code, out } = await run({ ...DIFFERENT, ok: false }, "--check", "--json");

  assert.equal(code, 1);
  assert.deepEqual(JSON.parse(out), { ...DIFFERENT, ok: false });
});

Deno.test("analytics rebuild wants a workspace", async () => {
  const { code, err } = await aerostack(["analytics", "rebuild"], {
    env: { AEROSTACK_URL: "http://localhost:1", AEROSTACK_TOKEN: "aat_test" },
  });

  assert.equal(code, 2);
  assert.match(err, /--workspace/);
});
