import assert from "node:assert/strict";
import { parseExact } from "../../core/mcp/exact_json.ts";
import {
  isModernKind,
  RAW_KINDS,
  type RawKind,
  startRawUpstream,
} from "../_support/raw_upstreams.ts";
import { bare, type Json, legacy, modern, post, StreamReader } from "./_requests.ts";
import { startWorld, type World } from "./_world.ts";

const NUMBERS =
  "[9007199254740993,-18446744073709551616,1e400,1.5e-400,0.1234567890123456789,-0,7]";
const STRANGE =
  `"strange":{"1":null,"0":[{}],"n":${NUMBERS},"__proto__":{"a":1},"":"\\u0000\\ud83d"}`;
const META = `"_meta":{"example.com/x":{"deep":[[1.0,"a"]]},${STRANGE}}`;
const ICONS = '"icons":[{"src":"https://x.test/i.svg","sizes":["any"],"theme":"dark","new":true}]';
const BLOCK = `{"type":"hologram","uri":"new:thing",${META},${STRANGE}}`;
const RESOURCE = `{"uri":"file:///a#b","mimeType":"a/b","text":"é",${META},${STRANGE}}`;
const LINK = `{"type":"resource_link","uri":"file:///a","name":"a",${ICONS},${META},${STRANGE}}`;
const ANNOTATED = `{"type":"text","text":"t","annotations":{"priority":0.5,"mood":"blue"}}`;
const CACHEABLE = '"ttlMs":1000,"cacheScope":"public",';

/** Results of both eras, but for what only one of them has. */
const RESULTS: Record<string, string> = {
  "tools/call":
    `"content":[${BLOCK},${LINK},{"type":"resource","resource":${RESOURCE}},${ANNOTATED}],` +
    `"structuredContent":{${STRANGE}},"isError":false,${META},${STRANGE}`,
  "prompts/get":
    `"description":"d","messages":[{"role":"oracle","content":${BLOCK},${STRANGE}}],${META},${STRANGE}`,
  "resources/read": `"contents":[${RESOURCE},{"uri":"x:y","blob":"AA=="}],${META},${STRANGE}`,
  "completion/complete": `"completion":{"values":["a"],"total":3,${STRANGE}},${META}`,
};

const PARAMS: Record<string, Json> = {
  "tools/call": { name: "a", arguments: {} },
  "prompts/get": { name: "a" },
  "resources/read": { uri: "file:///a#b" },
  "completion/complete": {
    ref: { type: "ref/prompt", name: "a" },
    argument: { name: "a", value: "" },
  },
};

function resultOf(method: string, kind: RawKind): string {
  const known = RESULTS[method];
  if (known === undefined) return '{"tools":[],"prompts":[],"resources":[]}';
  if (!isModernKind(kind)) return `{${known}}`;
  const cacheable = method === "resources/read" ? CACHEABLE : "";
  return `{"resultType":"complete",${cacheable}${known}}`;
}

/** A text in which everything that has a meaning is in its place. */
function canonical(text: string): string {
  return JSON.stringify(sorted(parseExact(text)));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null || "rawJSON" in value) return value;
  const keys = Object.keys(value).toSorted();
  return keys.map((key) => [key, sorted(Reflect.get(value, key))]);
}

/** The text of the result in a reply, in which the numbers are those that were sent. */
async function resultIn(response: Response): Promise<string> {
  const text = await response.text();
  assert.ok(text.includes(NUMBERS), text);
  const line = text.split("\n").find((one) => one.startsWith("data: {"))?.slice(6) ?? text;
  const message = parseExact(line);
  assert.ok(typeof message === "object" && message !== null && "result" in message, text);
  return JSON.stringify(message.result);
}

/** Sends to the endpoint of the one server, which changes no names. */
function sendTo({ services }: World, request: Request): Promise<Response> {
  return services.gateway.handle(request, "team", "raw");
}

type Ask = (world: World, token: string, method: string, params: Json) => Promise<Response>;

const askModern: Ask = (world, token, method, params) => {
  const headers: Record<string, string> = typeof params.uri === "string"
    ? { "mcp-name": params.uri }
    : {};
  return sendTo(world, modern(token, method, params, { headers }));
};

const askLegacy: Ask = (world, token, method, params) =>
  sendTo(world, legacy(token, method, params));

const askOldest: Ask = async (world, token, method, params) => {
  await using stream = new StreamReader(await sendTo(world, bare("GET", token)));
  const [, path] = await stream.until(/data: (\S+)/);
  const address = new URL(path, "http://gateway.test").href;
  const sent = await sendTo(
    world,
    post(token, { jsonrpc: "2.0", id: 1, method, params }, { address }),
  );
  assert.equal(sent.status, 202);
  const [, data] = await stream.until(/event: message\ndata: (.*)\n\n/);
  return new Response(data);
};

for (const kind of RAW_KINDS) {
  Deno.test(`what is unknown arrives as it was sent in one era: ${kind}`, async () => {
    await using server = startRawUpstream(kind, (method) => resultOf(method, kind));
    await using world = await startWorld();
    await world.addServer("raw", server.url);
    const { token } = await world.addToken();

    for (const ask of isModernKind(kind) ? [askModern] : [askLegacy, askOldest]) {
      for (const [method, params] of Object.entries(PARAMS)) {
        const got = await resultIn(await ask(world, token, method, params));
        assert.equal(canonical(got), canonical(resultOf(method, kind)), method);
      }
    }
  });

  Deno.test(`what is unknown crosses to the other era, but for what it lacks: ${kind}`, async () => {
    await using server = startRawUpstream(kind, (method) => resultOf(method, kind));
    await using world = await startWorld();
    await world.addServer("raw", server.url);
    const { token } = await world.addToken();

    const other: RawKind = isModernKind(kind) ? "streamable, JSON" : "modern, JSON";
    for (const ask of isModernKind(kind) ? [askLegacy, askOldest] : [askModern]) {
      for (const [method, params] of Object.entries(PARAMS)) {
        const got = await resultIn(await ask(world, token, method, params));
        // A legacy server says nothing of how long its resources may be kept.
        const expected: string = resultOf(method, other)
          .replace(CACHEABLE, '"ttlMs":0,"cacheScope":"private",');
        assert.equal(canonical(got), canonical(expected), method);
      }
    }
  });

  Deno.test(`what a client says arrives as it was sent: ${kind}`, async () => {
    let seen = "";
    await using server = startRawUpstream(kind, (method, body) => {
      if (method === "tools/call") seen = body;
      return resultOf(method, kind);
    });
    await using world = await startWorld();
    await world.addServer("raw", server.url);
    const { token } = await world.addToken();
    const args = `{${STRANGE}}`;

    for (const request of [legacy, modern]) {
      const sent = request(token, "tools/call", { name: "a", arguments: {} });
      const body = (await sent.text()).replace('"arguments":{}', `"arguments":${args}`);
      const { headers } = sent;
      await (await sendTo(world, new Request(sent.url, { method: "POST", headers, body }))).text();
      assert.ok(seen.includes(NUMBERS), seen);
      const [, strange = ""] = /"arguments":(\{.*?"":.*?\}\})/.exec(seen) ?? [];
      assert.equal(canonical(strange), canonical(args));
    }
  });
}
