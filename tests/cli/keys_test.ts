import assert from "node:assert/strict";
import { OUTPUT_EXAMPLES } from "../../core/api/examples.ts";
import { aerostack } from "./_command.ts";
import { errorBody, startStub } from "./_stub_gateway.ts";

const REPORT = OUTPUT_EXAMPLES.KeyReport;

Deno.test("keys status and rotate show every key, what cannot be opened, and what to do next", async () => {
  const unreadable = ['secret "API_KEY" of server srv_0123456789abcdefghij'];
  await using stub = startStub({
    "GET /keys": { body: REPORT },
    "POST /keys/rotation": { status: 202, body: { ...REPORT, unreadable } },
  });
  const env = { AEROSTACK_URL: stub.url, AEROSTACK_TOKEN: "aat_test" };

  const status = await aerostack(["keys", "status"], { env });
  const rotate = await aerostack(["keys", "rotate"], { env });
  const json = await aerostack(["keys", "status", "--json"], { env });

  assert.deepEqual([status.code, rotate.code, json.code], [0, 0, 0]);
  assert.match(
    status.out,
    /^KEY +STATE +LOADED +SEALED +CAN BE REMOVED\n2027 +seals +yes +12 +no\n/,
  );
  assert.match(status.out, /default +retired +yes +0 +yes\n\n"default" can be taken out/);
  assert.match(rotate.out, /1 record cannot be opened:\n {2}secret "API_KEY" of server srv_/);
  assert.deepEqual(JSON.parse(json.out), REPORT);
});

Deno.test("keys rotate says why it is refused", async () => {
  const refused = errorBody("conflict", 'This process seals with the master key "default".');
  await using stub = startStub({ "POST /keys/rotation": { status: 409, body: refused } });
  const env = { AEROSTACK_URL: stub.url, AEROSTACK_TOKEN: "aat_test" };

  const { code, err } = await aerostack(["keys", "rotate"], { env });

  assert.equal(code, 1);
  assert.match(err, /seals with the master key "default"/);
});
