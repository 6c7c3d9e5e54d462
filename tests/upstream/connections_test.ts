import assert from "node:assert/strict";
import { serveLocally } from "../_support/upstream.ts";
import { answerIn, legacy, modern } from "../gateway/_requests.ts";
import { startWorld } from "../gateway/_world.ts";

/** An HTTP/1.1 server made by hand, which ends a connection after each answer. */
function startForgetfulConnections() {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  let answered = 0;

  async function serve(connection: Deno.TcpConn): Promise<void> {
    const buffer = new Uint8Array(64 * 1024);
    let text = "";
    while (!/\r\n\r\n\{.*\}$/s.test(text)) {
      const count = await connection.read(buffer);
      if (count === null) return connection.close();
      text += new TextDecoder().decode(buffer.subarray(0, count));
    }
    const { id } = JSON.parse(text.slice(text.indexOf("\r\n\r\n")));
    const result = { supportedVersions: ["2026-07-28"], capabilities: {}, content: [], tools: [] };
    const body = JSON.stringify({ jsonrpc: "2.0", id, result });
    const head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: keep-alive\r\n";
    const answer = `${head}content-length: ${body.length}\r\n\r\n${body}`;
    await connection.write(new TextEncoder().encode(answer));
    answered++;
    // It promised to keep the connection, and does not.
    connection.close();
  }

  async function accept(): Promise<void> {
    for await (const connection of listener) void serve(connection).catch(() => {});
  }

  const accepting = accept();
  return {
    origin: `http://127.0.0.1:${listener.addr.port}`,
    answered: () => answered,
    async [Symbol.asyncDispose]() {
      listener.close();
      await accepting;
    },
  };
}

Deno.test("a server that ends its idle connections costs no call", async () => {
  await using upstream = startForgetfulConnections();
  await using world = await startWorld();
  await world.addServer("notes", upstream.origin);
  const { token } = await world.addToken();

  for (let round = 0; round < 20; round++) {
    const request = modern(token, "tools/call", { name: "notes__echo" });
    const { error } = await answerIn(await world.send(request));
    assert.equal(error, undefined, `round ${round}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
});

Deno.test("a server that sends its answer in the smallest of pieces is understood", async () => {
  await using http = serveLocally(async (request) => {
    const { method, id } = await request.json();
    const content = [{ type: "text", text: "Grüße, 世界 🌍" }];
    const result = { supportedVersions: ["2026-07-28"], capabilities: {}, tools: [], content };
    const json = JSON.stringify({ jsonrpc: "2.0", id, result });
    if (method !== "tools/call") return Response.json(JSON.parse(json));
    const isJson = new URL(request.url).pathname === "/json";
    const bytes = new TextEncoder().encode(
      isJson ? json : `id: 1\r\ndata:\r\n\r\ndata: ${json}\r\n\r\n`,
    );
    let at = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.enqueue(bytes.subarray(at, ++at));
        if (at === bytes.length) controller.close();
      },
    });
    const type = isJson ? "application/json" : "text/event-stream; charset=utf-8";
    return new Response(body, { headers: { "content-type": type } });
  });
  await using world = await startWorld();
  await world.addServer("json", `${http.origin}/json`);
  await world.addServer("stream", `${http.origin}/stream`);
  const { token } = await world.addToken();

  for (const slug of ["json", "stream"]) {
    const request = modern(token, "tools/call", { name: `${slug}__echo` });
    const { result } = await answerIn(await world.send(request));
    assert.equal(result.content[0].text, "Grüße, 世界 🌍", slug);
  }
});

Deno.test("an answer that its server compressed is understood or refused, and never garbled", async () => {
  await using http = serveLocally(async (request) => {
    const { id } = await request.json();
    const content = [{ type: "text", text: "plain words" }];
    const result = { supportedVersions: ["2026-07-28"], capabilities: {}, tools: [], content };
    const json = new Blob([JSON.stringify({ jsonrpc: "2.0", id, result })]);
    const body = json.stream().pipeThrough(new CompressionStream("gzip"));
    const headers = { "content-type": "application/json", "content-encoding": "gzip" };
    return new Response(body, { headers });
  });
  await using world = await startWorld();
  await world.addServer("zip", http.origin);
  const { token } = await world.addToken();

  for (const send of [modern, legacy]) {
    const response = await world.send(send(token, "tools/call", { name: "zip__echo" }));
    assert.equal(response.headers.get("content-encoding"), null);
    const { result, error } = await answerIn(response);
    const text = result?.content[0].text ?? error?.message;
    assert.match(text, /^(plain words|Server "zip" .+)$/);
  }
});
