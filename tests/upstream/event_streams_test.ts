import assert from "node:assert/strict";
import { eventually } from "../_support/eventually.ts";
import { startLegacySse } from "../_support/legacy_upstreams.ts";
import { serveLocally } from "../_support/upstream.ts";
import { answerIn, type Json, legacy } from "../gateway/_requests.ts";
import { startWorld, type World } from "../gateway/_world.ts";

const ECHO: Json = { name: "notes__echo", arguments: { text: "hi" } };

async function echo(world: World, request: Request): Promise<string> {
  const { result, error } = await answerIn(await world.send(request));
  return result?.content[0].text ?? error?.message;
}

Deno.test("an event stream that the server ends is opened again by the next call", async () => {
  await using upstream = await startLegacySse();
  const streams = new Set<AbortController>();
  await using http = serveLocally(async (request) => {
    const { pathname, search } = new URL(request.url);
    const body = request.body === null ? undefined : await request.bytes();
    const { method, headers } = request;
    const answer = await fetch(new URL(pathname + search, upstream.url), { method, headers, body });
    if (method !== "GET" || answer.body === null) return answer;
    const cut = new AbortController();
    streams.add(cut);
    const { signal } = cut;
    const events = answer.body.pipeThrough(new TransformStream(), { signal });
    return new Response(events, { headers: answer.headers });
  });
  await using world = await startWorld();
  await world.addServer("notes", `${http.origin}/sse`);
  const { token } = await world.addToken();
  assert.equal(await echo(world, legacy(token, "tools/call", ECHO)), "hi");
  const opened = streams.size;

  for (const cut of streams) cut.abort();

  await eventually("a call works again", async () => {
    return await echo(world, legacy(token, "tools/call", ECHO)) === "hi";
  });
  assert.equal(streams.size, opened + 1);
});

Deno.test("an event stream that breaks off before its endpoint is a failure of its server", async () => {
  await using http = serveLocally((request) => {
    if (request.method !== "GET") return new Response(null, { status: 405 });
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.enqueue(new TextEncoder().encode("event: endpoi"));
        setTimeout(() => controller.error(new Error("The server hangs up")), 20);
        return new Promise(() => {});
      },
    });
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  });
  await using world = await startWorld();
  await world.addServer("notes", `${http.origin}/sse`);
  const { token } = await world.addToken();

  const text = await echo(world, legacy(token, "tools/call", ECHO));

  assert.match(text, /^Server "notes" closed the connection/);
  assert.deepEqual(world.log, []);
});

Deno.test("a POST beside an event stream that is refused ends its call at once", async () => {
  let isBusy = false;
  await using upstream = await startLegacySse();
  await using http = serveLocally(async (request) => {
    const { pathname, search } = new URL(request.url);
    const body = request.body === null ? undefined : await request.bytes();
    if (isBusy && request.method === "POST") return new Response("busy", { status: 429 });
    const { method, headers } = request;
    return await fetch(new URL(pathname + search, upstream.url), { method, headers, body });
  });
  await using world = await startWorld();
  await world.addServer("notes", `${http.origin}/sse`);
  const { token } = await world.addToken();
  await echo(world, legacy(token, "tools/call", ECHO));

  isBusy = true;

  assert.match(await echo(world, legacy(token, "tools/call", ECHO)), /answered HTTP 429/);
});
