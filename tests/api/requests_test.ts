import assert from "node:assert/strict";
import { keys } from "../../core/kv/keys.ts";
import { ADMIN_TOKEN, adminApi } from "../_support/admin_api.ts";
import { someServer } from "../_support/core.ts";

const SENSITIVE = "sk-live-1234";
const SECRET_PATH = "/servers/internal-api/secrets/X-API-Key";

Deno.test("unknown paths below /api answer 404 in JSON", async () => {
  await using api = await adminApi();

  for (const path of ["/nothing", "/servers/a/b/c", "/../nothing", "/status/more"]) {
    const { status, body } = await api.send("GET", path);
    assert.equal(status, 404);
    assert.equal(body.error.code, "not_found");
    assert.match(body.error.message, /There is nothing at \/api\/.*openapi\.json/);
  }
});

Deno.test("a method that a path lacks answers 405 in JSON and says which it has", async () => {
  await using api = await adminApi();

  const { status, body, headers } = await api.send("DELETE", "/servers");

  assert.equal(status, 405);
  assert.equal(body.error.code, "method_not_allowed");
  assert.match(body.error.message, /DELETE is not allowed at \/api\/v1\/servers/);
  assert.equal(headers.get("allow"), "GET, POST");
});

Deno.test("HEAD answers as GET does, without a body", async () => {
  await using api = await adminApi();

  const { status, text } = await api.send("HEAD", "/status");

  assert.equal(status, 200);
  assert.equal(text, "");
});

Deno.test("a body of another type answers 415", async () => {
  await using api = await adminApi();

  for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/jsonx"]) {
    const headers = { "content-type": type };
    const { status, body } = await api.send("POST", "/workspaces", { slug: "a" }, headers);
    assert.equal(status, 415);
    assert.deepEqual(body.error, {
      code: "unsupported_media_type",
      message: "Content-Type must be application/json.",
    });
  }
  assert.equal((await api.send("POST", "/workspaces")).status, 415);
});

Deno.test("a Content-Type with a charset is JSON all the same", async () => {
  await using api = await adminApi();
  const headers = { "content-type": "Application/JSON; charset=utf-8" };

  assert.equal((await api.send("POST", "/workspaces", { slug: "a" }, headers)).status, 201);
});

Deno.test("a body over 64 KiB answers 413 and names the limit, with or without a length", async () => {
  await using api = await adminApi();
  const value = "x".repeat(70_000);

  const declared = await api.send("POST", "/workspaces", { slug: "a", name: value });
  const streamed = await api.raw(streamedRequest(JSON.stringify({ slug: "a", name: value })));

  for (const { status, body } of [declared, streamed]) {
    assert.equal(status, 413);
    assert.equal(body.error.code, "too_large");
    assert.match(body.error.message, /64 KiB/);
  }
});

Deno.test("a body that is no JSON answers 400 and is not repeated", async () => {
  await using api = await adminApi();
  await someServer(api.core);

  for (const text of [SENSITIVE, `{"value":"${SENSITIVE}`, `{"value":${SENSITIVE}}`, ""]) {
    const { status, body } = await api.raw(rawRequest("PUT", SECRET_PATH, text));
    assert.equal(status, 400);
    assert.equal(body.error.code, "bad_request");
    assert.ok(!body.error.message.includes("sk-live"));
  }
});

Deno.test("a secret's value is in no refusal, whatever is wrong with the request", async () => {
  await using api = await adminApi();
  await someServer(api.core);
  const wrong = [
    { value: SENSITIVE, rules: [{ kind: "cookie", name: "a" }] },
    { value: SENSITIVE, rules: [{ kind: "header", name: "Host" }] },
    { value: SENSITIVE, rules: SENSITIVE },
    { value: SENSITIVE, extra: true },
    { value: `${SENSITIVE}\n` },
    { value: SENSITIVE.repeat(1000) },
    { value: [SENSITIVE] },
    [SENSITIVE],
    SENSITIVE,
  ];

  for (const json of wrong) {
    const { status, text } = await api.send("PUT", SECRET_PATH, json);
    assert.equal(status, 400, text);
    assert.ok(!text.includes("sk-live"), text);
  }
  assert.ok(!api.lines.join().includes("sk-live"));
});

Deno.test("a wrong field answers 400 with its path, its value and the rule", async () => {
  await using api = await adminApi();
  const post = (json: unknown) => api.send("POST", "/servers", json);
  const good = { name: "A", slug: "a", url: "https://mcp.example.com/sse" };
  const cases: [unknown, string, RegExp][] = [
    [{ ...good, slug: "Bad Slug" }, "slug", /"slug" is "Bad Slug", which must be lower-case/],
    [{ ...good, slug: "a__b" }, "slug", /lower-case/],
    [{ ...good, slug: "a".repeat(33) }, "slug", /1 to 32 characters/],
    [{ ...good, slug: "" }, "slug", /1 to 32 characters/],
    [{ name: "A", url: good.url }, "slug", /"slug" is missing/],
    [{ ...good, slug: 7 }, "slug", /"slug" is "7", which is not valid/],
    [{ ...good, name: " " }, "name", /1 to 100 characters/],
    [
      { ...good, timeouts: { totalSeconds: 0 } },
      "timeouts.totalSeconds",
      /is "0", which must be 1 to 3600 seconds/,
    ],
    [
      { ...good, protocol: "2023-01-01" },
      "protocol",
      /is "2023-01-01", which must be auto, sse, or one/,
    ],
    [{ ...good, maxConcurrent: 0 }, "maxConcurrent", /is "0", which must be 1 to 10000 calls/],
    [{ ...good, extra: 1 }, "extra", /no field "extra"/],
  ];

  for (const [json, field, message] of cases) {
    const { status, body } = await post(json);
    assert.equal(status, 400);
    assert.equal(body.error.code, "invalid_input");
    assert.equal(body.error.field, field);
    assert.match(body.error.message, message);
  }
  for (const json of [[], "text", 7, null]) assert.equal((await post(json)).status, 400);
});

Deno.test("a wrong limit, cursor or force answers 400 with its name", async () => {
  await using api = await adminApi();
  const cases = {
    "/servers?limit=0": "limit",
    "/servers?limit=201": "limit",
    "/servers?limit=ten": "limit",
    "/servers?limit=1.5": "limit",
    "/servers?cursor=": "cursor",
    [`/servers?cursor=${"x".repeat(301)}`]: "cursor",
  };

  for (const [path, field] of Object.entries(cases)) {
    const { status, body } = await api.send("GET", path);
    assert.equal(status, 400);
    assert.equal(body.error.field, field);
  }
  const forced = await api.send("DELETE", "/servers/a?force=yes");
  assert.equal(forced.body.error.field, "force");
});

Deno.test("what nobody expected answers 500 without a word of it, and is logged", async () => {
  await using api = await adminApi();
  const { id } = await someServer(api.core);
  await api.core.kv.set(keys.server(id), { broken: SENSITIVE });

  const { status, body } = await api.send("GET", "/servers/internal-api");

  assert.equal(status, 500);
  assert.deepEqual(body, {
    error: { code: "internal", message: "Something failed in the gateway." },
  });
  assert.match(api.lines.join(), /GET \/api\/v1\/servers\/:slug: Cannot read record/);
  assert.ok(!api.lines.join().includes(SENSITIVE));
});

function rawRequest(method: string, path: string, body: BodyInit): Request {
  return new Request(`https://gateway.example.com/api/v1${path}`, {
    method,
    body,
    headers: {
      authorization: `Bearer ${ADMIN_TOKEN}`,
      "content-type": "application/json",
    },
  });
}

function streamedRequest(text: string): Request {
  const body = ReadableStream.from([new TextEncoder().encode(text)]);
  const request = rawRequest("POST", "/workspaces", body);
  assert.equal(request.headers.get("content-length"), null);
  return request;
}
