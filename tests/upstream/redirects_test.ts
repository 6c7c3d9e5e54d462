import assert from "node:assert/strict";
import { startBothEras } from "../_support/modern_upstreams.ts";
import { serveLocally } from "../_support/upstream.ts";
import { answerIn, legacy, modern } from "../gateway/_requests.ts";
import { startWorld } from "../gateway/_world.ts";

interface Lead {
  /** What the first answer says; `own` is the server's origin, `other` another one's. */
  location(own: string, other: string): string;
  says: RegExp;
}

const ORIGIN = /redirects to another origin/;
const LEADS: Record<string, Lead> = {
  "another port": { location: (_own, other) => `${other}/mcp`, says: ORIGIN },
  "another scheme": { location: (own) => `${own.replace("http:", "https:")}/mcp`, says: ORIGIN },
  "another host, with the scheme left out": {
    location: (_own, other) => `${other.replace("http:", "")}/mcp`,
    says: ORIGIN,
  },
  "another host behind a user's name": {
    location: (own, other) =>
      `${own.replace("http://", "http://127.0.0.1@")}@${other.slice(7)}/mcp`,
    says: /redirects to another origin|user name or password/,
  },
  "its own origin with a password": {
    location: (own) => `${own.replace("http://", "http://user:hunter2@")}/mcp`,
    says: /cannot be called: The URL holds a user name or password/,
  },
  "a backslash and another host": {
    location: (_own, other) => `\\\\${other.slice(7)}\\mcp`,
    says: ORIGIN,
  },
  "no scheme of the web": { location: () => "file:///etc/passwd", says: ORIGIN },
  "another origin after a hop within its own": {
    location: (own) => `${own}/then-elsewhere`,
    says: ORIGIN,
  },
};

for (const [where, { location, says }] of Object.entries(LEADS)) {
  Deno.test(`a redirect to ${where} is not followed, and gets no secret`, async () => {
    await using elsewhere = startBothEras();
    const other = new URL(elsewhere.url).origin;
    const paths: string[] = [];
    let own = "";
    await using http = serveLocally((request) => {
      const { pathname } = new URL(request.url);
      paths.push(pathname);
      const next = pathname === "/then-elsewhere" ? `${other}/mcp` : location(own, other);
      return new Response(null, { status: 307, headers: { location: next } });
    });
    own = http.origin;
    await using world = await startWorld();
    await world.addServer("files", `${own}/mcp`);
    await world.addSecret("files", "X-Api-Key", "the-secret");
    const { token } = await world.addToken();

    for (const send of [modern, legacy]) {
      const request = send(token, "tools/call", { name: "files__echo" });
      const { error } = await answerIn(await world.send(request));
      assert.match(error?.message ?? "", /^Server "files" /);
      assert.match(error?.message ?? "", says);
      assert.doesNotMatch(error?.message ?? "", /hunter2|the-secret/);
    }

    assert.deepEqual(elsewhere.journal.requests, []);
    assert.ok(paths.every((path) => ["/mcp", "/then-elsewhere"].includes(path)), paths.join());
  });
}

const ENDPOINTS: Record<string, (own: URL) => string> = {
  "another port": () => "http://127.0.0.1:9/post",
  "another scheme": (own) => `https://${own.host}/post`,
  "another host, with the scheme left out": () => "//attacker.example.com/post",
  "a user's name": (own) => `http://user@${own.host}/post`,
  "a password": (own) => `http://user:hunter2@${own.host}/post`,
  "no address of the web": () => "javascript:alert(1)",
};

for (const [what, endpoint] of Object.entries(ENDPOINTS)) {
  Deno.test(`an endpoint of HTTP+SSE with ${what} is not posted to`, async () => {
    const posted: string[] = [];
    await using http = serveLocally((request) => {
      const url = new URL(request.url);
      if (request.method === "POST" && url.pathname === "/post") posted.push(url.href);
      if (request.method !== "GET") return new Response(null, { status: 405 });
      return new Response(`event: endpoint\ndata: ${endpoint(url)}\n\n`, {
        headers: { "content-type": "text/event-stream" },
      });
    });
    await using world = await startWorld();
    await world.addServer("files", `${http.origin}/sse`);
    await world.addSecret("files", "X-Api-Key", "the-secret");
    const { token } = await world.addToken();

    const request = legacy(token, "tools/call", { name: "files__echo" });
    const { error } = await answerIn(await world.send(request));

    assert.match(
      error?.message ?? "",
      /^Server "files" names an endpoint (on another origin|with a user or password)/,
    );
    assert.doesNotMatch(error?.message ?? "", /hunter2|the-secret/);
    assert.deepEqual(posted, []);
  });
}
