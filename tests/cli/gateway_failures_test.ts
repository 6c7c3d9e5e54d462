import assert from "node:assert/strict";
import { aerostackProcess as aerostack } from "./_command.ts";
import { errorBody, startStub } from "./_stub_gateway.ts";
import { freePort } from "../_support/child_process.ts";
import { serveLocally } from "../_support/upstream.ts";

const TOKEN = "aat_test-token-0123456789";

/** Runs `mcp list` against a gateway that answers it so. */
async function listAnswered(status: number, body: unknown) {
  await using stub = startStub({ "GET /servers": { status, body } });
  const env = { AEROSTACK_URL: stub.url, AEROSTACK_TOKEN: TOKEN };
  return { ...await aerostack(["mcp", "list"], { env }), url: stub.url };
}

Deno.test("a gateway that is not there is named with what to check", async () => {
  const url = `http://127.0.0.1:${freePort()}`;
  const env = { AEROSTACK_URL: url, AEROSTACK_TOKEN: TOKEN };

  const { code, out, err } = await aerostack(["mcp", "list"], { env });

  assert.deepEqual([code, out], [1, ""]);
  assert.equal(
    err,
    `error: Cannot reach the gateway at ${url}: nothing listens there (connection refused). ` +
      "Check AEROSTACK_URL or run aerostack login.\n",
  );
});

Deno.test("a host name that does not exist is told as such", async () => {
  const env = { AEROSTACK_URL: "https://gateway.invalid", AEROSTACK_TOKEN: TOKEN };

  const { code, err } = await aerostack(["mcp", "list"], { env });

  assert.equal(code, 1);
  assert.match(err, /Cannot reach the gateway at https:\/\/gateway\.invalid: the host name/);
});

Deno.test("a refused token is told with how to get one, and not repeated", async () => {
  const { code, err, url } = await listAnswered(401, errorBody("unauthorized", "No."));

  assert.equal(code, 1);
  assert.match(err, /refused the token.*aerostack admin token create.*aerostack login/);
  assert.ok(err.includes(url));
  assert.ok(!err.includes(TOKEN));
});

Deno.test("something that is no gateway is told as such", async () => {
  for (const [status, body] of [[200, "hello"], [502, "bad"], [404, { message: "x" }]] as const) {
    const { code, err } = await listAnswered(status, body);

    assert.equal(code, 1);
    assert.match(err, /is not the admin API of a gateway|does not understand/);
  }
});

Deno.test("a redirect is named and not followed", async () => {
  await using target = startStub({});
  await using server = serveLocally(
    () => new Response(null, { status: 308, headers: { location: `${target.url}/api/v1` } }),
  );
  const env = { AEROSTACK_URL: server.origin, AEROSTACK_TOKEN: TOKEN };

  const { code, err } = await aerostack(["mcp", "list"], { env });

  assert.equal(code, 1);
  assert.ok(err.includes(`sends on to ${target.url} (status 308)`));
  assert.deepEqual(target.seen, []);
});

Deno.test("an answer of another version is told as such", async () => {
  const { code, err } = await listAnswered(200, { items: [{ slug: 1 }], nextCursor: null });

  assert.equal(code, 1);
  assert.match(err, /does not understand.*aerostack --version/);
});

Deno.test("a token that no header can carry is refused without repeating it", async () => {
  const env = { AEROSTACK_URL: "http://127.0.0.1:9", AEROSTACK_TOKEN: "aat_a b\u00e9" };

  const { code, err } = await aerostack(["mcp", "list"], { env });

  assert.equal(code, 2);
  assert.match(err, /^error: AEROSTACK_TOKEN is no token/);
  assert.doesNotMatch(err, /aat_/);
});
