import assert from "node:assert/strict";
import fc from "fast-check";
import { startBothEras } from "../_support/modern_upstreams.ts";
import { beginSession, post } from "../gateway/_requests.ts";
import { startWorld } from "../gateway/_world.ts";
import { assertWellFormed, fuzz, headerText, read, wildJson, wildText } from "./_door.ts";

const METHODS = [
  "initialize",
  "ping",
  "tools/list",
  "tools/call",
  "prompts/list",
  "prompts/get",
  "resources/list",
  "resources/read",
  "resources/templates/list",
  "resources/subscribe",
  "resources/unsubscribe",
  "completion/complete",
  "logging/setLevel",
  "server/discover",
  "tasks/get",
  "tasks/cancel",
  "notifications/initialized",
  "notifications/cancelled",
  "notifications/progress",
  "notifications/roots/list_changed",
];

const VERSIONS = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"];

function mostly(right: fc.Arbitrary<string>, wrong: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.oneof({ weight: 5, arbitrary: right }, { weight: 1, arbitrary: wrong });
}

const json = (value: unknown) => JSON.stringify(value);
const version = fc.oneof(
  { weight: 3, arbitrary: fc.constant("2026-07-28") },
  { weight: 1, arbitrary: fc.oneof(fc.constantFrom(...VERSIONS), headerText) },
);

/** Fields of `params` that somebody reads, with what they should and should not be. */
const params = fc.tuple(
  fc.array(
    fc.tuple(
      fc.constantFrom(
        "name",
        "uri",
        "arguments",
        "cursor",
        "_meta",
        "requestId",
        "level",
        "ref",
        "argument",
        "protocolVersion",
        "clientInfo",
        "capabilities",
        "requestState",
        "inputResponses",
        "progressToken",
        "taskId",
        "__proto__",
      ),
      fc.oneof(wildJson, fc.constantFrom('"notes__echo"', '"notes__whoami"', "{}", '{"text":"a"}')),
    ),
    { maxLength: 5 },
  ),
  version,
).map(([fields, said]) => {
  const meta = {
    "io.modelcontextprotocol/protocolVersion": said,
    "io.modelcontextprotocol/clientInfo": { name: "t", version: "1" },
    "io.modelcontextprotocol/clientCapabilities": {},
  };
  return `{"_meta":${json(meta)}${
    fields.map(([name, value]) => `,${json(name)}:${value}`).join("")
  }}`;
});

/** Messages that are nearly right. */
const message = fc.tuple(
  mostly(fc.constant('"2.0"'), wildJson),
  mostly(fc.constantFrom("1", '"a"'), fc.oneof(fc.constantFrom("null", "1.5"), wildJson)),
  mostly(fc.constantFrom(...METHODS).map(json), fc.oneof(wildText.map(json), wildJson)),
  fc.oneof({ weight: 4, arbitrary: params }, { weight: 1, arbitrary: wildJson }),
  fc.constantFrom(
    "",
    "",
    "",
    ',"result":{}',
    ',"error":{"code":1,"message":"x"}',
    ',"method":"ping"',
  ),
).map(([jsonrpc, id, method, given, more]) => {
  return `{"jsonrpc":${jsonrpc},"id":${id},"method":${method},"params":${given}${more}}`;
});

const body: fc.Arbitrary<string> = fc.oneof(
  { weight: 5, arbitrary: message },
  { weight: 1, arbitrary: fc.array(message, { maxLength: 3 }).map((all) => `[${all.join()}]`) },
  { weight: 1, arbitrary: wildJson },
  { weight: 1, arbitrary: wildText },
);

/** Headers that are right for the body, with something else in a few of them. */
const headers = fc.record({
  isModern: fc.boolean(),
  wrong: fc.oneof(
    { weight: 3, arbitrary: fc.constant<Record<string, string>>({}) },
    {
      weight: 1,
      arbitrary: fc.record({
        "mcp-protocol-version": version,
        "mcp-method": fc.oneof(fc.constantFrom(...METHODS), headerText),
        "mcp-name": fc.oneof(fc.constantFrom("notes__echo", "=?base64?!?="), headerText),
        accept: fc.constantFrom("application/json", "text/event-stream", "*/*", "text/html"),
      }, { requiredKeys: [] }).map((some) => some as Record<string, string>),
    },
  ),
});

/** What a client would send with a body. */
function headersFor(text: string, isModern: boolean, session: string): Record<string, string> {
  if (!isModern) return { "mcp-session-id": session, "mcp-protocol-version": "2025-11-25" };
  const message = parsed(text);
  const { method, params } = message;
  const { name, uri } = typeof params === "object" && params !== null
    ? params as Record<string, unknown>
    : {} as Record<string, unknown>;
  const named = typeof name === "string" ? name : uri;
  return {
    "mcp-protocol-version": "2026-07-28",
    ...isPlain(method) ? { "mcp-method": method } : {},
    ...isPlain(named) ? { "mcp-name": named } : {},
  };
}

/** The same body without what says that it is of the modern era. */
function ofOldEra(text: string): string {
  return text.replaceAll("io.modelcontextprotocol/", "example.com/");
}

function parsed(text: string): Record<string, unknown> {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}

function isPlain(value: unknown): value is string {
  return typeof value === "string" && /^[\x21-\x7e]+$/.test(value);
}

Deno.test("any body, in any era, gets an answer that is no accident", async () => {
  await using upstream = startBothEras();
  await using world = await startWorld();
  await world.addServer("notes", upstream.url);
  const { token } = await world.addToken();
  const session = await beginSession(world.send, token);

  await fuzz(3_000, [body, headers], async (text, { isModern, wrong }) => {
    const headers = { ...headersFor(text, isModern, session), ...wrong };
    const sent = isModern ? text : ofOldEra(text);
    assertWellFormed(await read(world.send(post(token, sent, { headers }))));
  });

  assert.deepEqual(world.log, []);
  assert.equal(Reflect.get({}, "polluted"), undefined);
});

Deno.test("bodies of any bytes, also under a wrong length or kind, get an answer", async () => {
  await using world = await startWorld();
  const { token } = await world.addToken();
  const kind = fc.oneof(fc.constantFrom("application/json", "text/plain", ""), headerText);

  await fuzz(500, [fc.uint8Array({ maxLength: 300 }), kind], async (bytes, type) => {
    const request = post(token, "", { headers: { "content-type": type } });
    const sent = new Request(request, { body: new Uint8Array(bytes), method: "POST" });
    assertWellFormed(await read(world.send(sent)));
  });
});

Deno.test("any method that is called with what another one wants is answered", async () => {
  await using upstream = startBothEras();
  await using world = await startWorld();
  await world.addServer("notes", upstream.url);
  const { token } = await world.addToken();
  const session = await beginSession(world.send, token);

  await fuzz(
    300,
    [fc.constantFrom(...METHODS), params, fc.boolean()],
    async (method, given, old) => {
      const text = `{"jsonrpc":"2.0","id":7,"method":${json(method)},"params":${given}}`;
      const said = headersFor(text, !old, session);
      assertWellFormed(await read(world.send(post(token, text, { headers: said }))));
    },
  );

  assert.deepEqual(world.log, []);
});
