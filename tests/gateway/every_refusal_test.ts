import assert from "node:assert/strict";
import { MAX_BODY_BYTES } from "../../core/gateway/http_guard.ts";
import { MAX_RECORDED } from "../../core/gateway/refused_tokens.ts";
import { openStore } from "../../core/kv/open_store.ts";
import { setSecret } from "../../core/secrets/set_secret.ts";
import { disableServer } from "../../core/servers/disable_server.ts";
import { createToken } from "../../core/tokens/create_token.ts";
import { revokeToken } from "../../core/tokens/revoke_token.ts";
import { newTokenText } from "../../core/tokens/token_text.ts";
import { createWorkspace } from "../../core/workspaces/create_workspace.ts";
import { disableWorkspace } from "../../core/workspaces/disable_workspace.ts";
import { removeWorkspace } from "../../core/workspaces/remove_workspace.ts";
import { updateWorkspace } from "../../core/workspaces/update_workspace.ts";
import { AN_ADMIN } from "../_support/core.ts";
import { eventually } from "../_support/eventually.ts";
import { startTurncoat } from "../_support/hostile_upstreams.ts";
import { startLegacySessions } from "../_support/legacy_upstreams.ts";
import { startModern } from "../_support/modern_upstreams.ts";
import { startTalkativeStreamable } from "../_support/session_upstreams.ts";
import type { Upstream } from "../_support/upstream.ts";
import { SteeredKv } from "../calls/_support.ts";
import {
  answerIn,
  bare,
  beginSession,
  type Json,
  legacy,
  modern,
  notification,
  post,
  StreamReader,
} from "./_requests.ts";
import { sharedFile, startWorld, type World } from "./_world.ts";

const ECHO = { name: "notes__echo", arguments: { text: "SECRET-ARGUMENT" } };
const OWN_TOOL = { name: "notes__nothing_like_it", arguments: { text: "SECRET-ARGUMENT" } };
const META = "io.modelcontextprotocol/protocolVersion";
const CAPABILITIES = "io.modelcontextprotocol/clientCapabilities";

/** A gateway with the server `notes`, and Alice's token. */
interface At {
  world: World;
  token: string;
  id: string;
  upstream: Upstream;
}

/** What is asked, and what is on the record then: `method tool server outcome reason`. */
interface Way {
  ask(at: At): Promise<unknown>;
  record: string[];
  server?: () => Upstream;
}

async function send({ world }: At, request: Request, server: string | null = null) {
  const response = await world.services.gateway.handle(request, "team", server);
  await response.text();
  return response.status;
}

const broken = () =>
  startTurncoat({ name: "breaks", answer: () => new Response("it broke", { status: 500 }) });

const slow = (at: At, params: Json = { name: "notes__wait", arguments: { key: "a", ms: 5_000 } }) =>
  modern(at.token, "tools/call", params);

const isRunning = ({ upstream }: At) =>
  eventually("the tool runs", () => upstream.journal.waits.get("a") === "running");

const limit = ({ world }: At, limits: Json) =>
  updateWorkspace(world.services, AN_ADMIN, "team", { limits });

/** A request whose body is half there when it is read; `then` says what becomes of the rest. */
function slowBody(token: string, then: () => Promise<"sent" | "cut">): Request {
  const message = new TextEncoder().encode('{"jsonrpc":"2.0","id":1,"method":"ping"}');
  let pulls = 0;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (pulls++ === 0) return controller.enqueue(message.slice(0, 5));
      if (await then() === "cut") return controller.error(new Error("The client has left"));
      controller.enqueue(message.slice(5));
      controller.close();
    },
  }, { highWaterMark: 0 });
  return new Request("http://gateway.test/ws/team/sse", {
    method: "POST",
    headers: { "authorization": `Bearer ${token}`, "content-type": "application/json" },
    body,
  });
}

const call = (tool = "echo", outcome = "ok", reason: string | null = null, server = "notes") =>
  `tools/call ${tool} ${server} ${outcome} ${reason}`;
const request = (what: string, reason: string, server: string | null = null) =>
  `request ${what} ${server} refused ${reason}`;
const ended = (reason: string) => `authenticate  null refused ${reason}`;

const WAYS: Record<string, Way> = {
  "a call": { ask: (at) => send(at, modern(at.token, "tools/call", ECHO)), record: [call()] },
  "a call of a legacy client": {
    ask: (at) => send(at, legacy(at.token, "tools/call", ECHO)),
    record: [call()],
  },
  "a list and a ping, which are no calls": {
    ask: async (at) => {
      await send(at, modern(at.token, "tools/list"));
      await send(at, legacy(at.token, "ping"));
    },
    record: [],
  },
  "a tool that is not there": {
    ask: (at) => {
      const params = { name: "nowhere__echo", arguments: {} };
      return send(at, modern(at.token, "tools/call", params));
    },
    record: ["tools/call nowhere__echo null refused hidden_or_unknown"],
  },
  "a prompt and a resource that are not there": {
    ask: async (at) => {
      await send(at, legacy(at.token, "prompts/get", { name: "nowhere__brief" }));
      await send(at, legacy(at.token, "resources/read", { uri: "file:///nowhere" }));
    },
    record: [
      "prompts/get nowhere__brief null refused hidden_or_unknown",
      "resources/read file:///nowhere null refused hidden_or_unknown",
    ],
  },
  "a call that names nothing": {
    ask: (at) => send(at, legacy(at.token, "tools/call", { arguments: {} })),
    record: ["tools/call  null refused invalid_input"],
  },
  "a call that a policy hides": {
    ask: async (at) => {
      await at.world.install("notes", { policy: { allow: ["fail"], deny: [], readOnly: false } });
      await send(at, modern(at.token, "tools/call", ECHO));
    },
    record: [call("echo", "refused", "hidden_or_unknown")],
  },
  "a tool that fails": {
    ask: (at) => send(at, modern(at.token, "tools/call", { name: "notes__fail", arguments: {} })),
    record: [call("fail", "tool_error", "tool_error")],
  },
  "a server's own error": {
    ask: (at) => send(at, modern(at.token, "tools/call", { name: "notes__boom", arguments: {} })),
    record: [call("boom", "protocol_error", "server_error")],
  },
  "a server that breaks": {
    server: broken,
    ask: (at) => send(at, modern(at.token, "tools/call", ECHO)),
    record: [call("echo", "upstream_failure", "upstream_failed")],
  },
  "a server that is too slow": {
    ask: async (at) => {
      await at.world.addServer("slow", at.upstream.url, { timeoutSeconds: 1 });
      const params = { name: "slow__wait", arguments: { key: "a", ms: 5_000 } };
      await send(at, modern(at.token, "tools/call", params));
    },
    record: [call("wait", "upstream_failure", "upstream_timeout", "slow")],
  },
  "a disabled server, and a list of it alone": {
    ask: async (at) => {
      await disableServer(at.world.services, AN_ADMIN, "notes", "admin");
      await send(at, modern(at.token, "tools/call", ECHO));
      await send(at, modern(at.token, "tools/list"), "notes");
    },
    record: [
      call("echo", "refused", "server_disabled"),
      request("tools/list", "server_disabled", "notes"),
    ],
  },
  "a secret that the member has not set": {
    ask: async (at) => {
      const rules = [{ kind: "header" as const, name: "X-Key", template: "{{value}}" }];
      await setSecret(at.world.services, AN_ADMIN, "notes", "KEY", { perMember: true, rules });
      await send(at, modern(at.token, "tools/call", ECHO));
    },
    record: [call("echo", "refused", "secret_missing")],
  },
  "a limit on requests, for a call and for a list": {
    ask: async (at) => {
      at.world.advance(60_000 - at.world.services.now().getTime() % 60_000);
      await limit(at, { requestsPerMinute: 1 });
      await send(at, modern(at.token, "tools/call", ECHO));
      await send(at, modern(at.token, "tools/call", ECHO));
      await send(at, legacy(at.token, "tools/list"));
    },
    record: [
      call(),
      call("echo", "refused", "rate_limited"),
      request("tools/list", "rate_limited"),
    ],
  },
  "a limit on calls of a tool": {
    ask: async (at) => {
      at.world.advance(60_000 - at.world.services.now().getTime() % 60_000);
      await at.world.install("notes", { limits: { callsPerMinutePerTool: 1 } });
      await send(at, legacy(at.token, "tools/call", ECHO));
      await send(at, legacy(at.token, "tools/call", ECHO));
    },
    record: [call(), call("echo", "refused", "rate_limited")],
  },
  "an unknown method, and a cursor that is none": {
    ask: async (at) => {
      await send(at, modern(at.token, "tools/invent"));
      await send(at, legacy(at.token, "tools/list", { cursor: "no such" }));
    },
    record: [request("tools/invent", "unknown_method"), request("tools/list", "invalid_input")],
  },
  "a subscription to what is not there": {
    ask: (at) => send(at, legacy(at.token, "resources/subscribe", { uri: "file:///nowhere" })),
    record: [request("resources/subscribe", "hidden_or_unknown")],
  },
  "headers that differ from the body": {
    ask: (at) => {
      const headers = { "mcp-name": "notes__other" };
      return send(at, modern(at.token, "tools/call", ECHO, { headers }));
    },
    record: [call("echo", "refused", "header_mismatch")],
  },
  "a protocol version that is unknown, and none at all": {
    ask: async (at) => {
      const headers = { "mcp-protocol-version": "2099-01-01" };
      await send(
        at,
        modern(at.token, "tools/call", ECHO, { headers, meta: { [META]: "2099-01-01" } }),
      );
      await send(at, modern(at.token, "tools/call", ECHO, { meta: { [CAPABILITIES]: undefined } }));
    },
    record: [call("echo", "refused", "invalid_request"), call("echo", "refused", "invalid_input")],
  },
  "a session that is none, for a call, a notification, a stream and an end": {
    ask: async (at) => {
      const session = "no-session";
      await send(at, legacy(at.token, "tools/call", ECHO, { session }));
      await send(at, notification(at.token, "notifications/initialized", {}, { session }));
      await send(at, bare("GET", at.token, session));
      await send(at, bare("DELETE", at.token, session));
    },
    record: [
      call("echo", "refused", "unknown_session"),
      request("notifications/initialized", "unknown_session"),
      request("GET", "unknown_session"),
      request("DELETE", "unknown_session"),
    ],
  },
  "a batch: each of it, and one for all that may not be one": {
    ask: async (at) => {
      const one = (id: number, method: string, params: Json) => ({
        jsonrpc: "2.0",
        id,
        method,
        params,
      });
      const batch = [
        one(1, "tools/call", ECHO),
        one(2, "tools/list", {}),
        one(3, "tools/call", OWN_TOOL),
      ];
      const headers = { "mcp-protocol-version": "2025-03-26" };
      await send(at, post(at.token, batch, { headers }));
      const later = { "mcp-protocol-version": "2025-06-18" };
      await send(at, post(at.token, batch, { headers: later }));
    },
    record: [
      call(),
      call("nothing_like_it", "protocol_error", "server_error"),
      call("echo", "refused", "invalid_request"),
      request("tools/list", "invalid_request"),
      call("nothing_like_it", "refused", "invalid_request"),
    ],
  },
  "bodies that nobody can read": {
    ask: async (at) => {
      await send(at, post(at.token, "{"));
      await send(at, post(at.token, { hello: "SECRET-ARGUMENT" }));
      await send(at, post(at.token, "[".repeat(2_000) + "]".repeat(2_000)));
      await send(at, post(at.token, " ".repeat(MAX_BODY_BYTES + 1)));
      await send(at, post(at.token, "{}", { headers: { "content-type": "text/plain" } }));
      await send(at, post(at.token, "{}", { headers: { accept: "image/png" } }));
    },
    record: [
      request("POST", "invalid_request"),
      request("POST", "invalid_request"),
      request("POST", "invalid_request"),
      request("POST", "too_large"),
      request("POST", "unsupported_media_type"),
      request("POST", "not_acceptable"),
    ],
  },
  "HTTP methods that are not answered, and a GET that wants no stream": {
    ask: async (at) => {
      const headers = { authorization: `Bearer ${at.token}`, accept: "application/json" };
      const address = "http://gateway.test/ws/team/sse";
      await send(at, new Request(address, { method: "PUT", headers }));
      await send(at, new Request(address, { headers }));
      const modernVersion = { ...headers, "mcp-protocol-version": "2026-07-28" };
      await send(at, new Request(address, { headers: modernVersion }));
    },
    record: [
      request("PUT", "method_not_allowed"),
      request("GET", "not_acceptable"),
      request("GET", "method_not_allowed"),
    ],
  },
  "listening, by a client that reads no stream": {
    ask: (at) => {
      const headers = { accept: "application/json" };
      return send(at, modern(at.token, "subscriptions/listen", {}, { headers }));
    },
    record: [request("subscriptions/listen", "not_acceptable")],
  },
  "an endpoint of a server that is not installed": {
    ask: (at) => send(at, modern(at.token, "tools/list"), "nowhere"),
    record: [request("POST", "not_found")],
  },
  "a stream of HTTP+SSE that is none": {
    ask: (at) => {
      const address = "http://gateway.test/ws/team/sse?stream=nothing";
      return send(at, legacy(at.token, "tools/call", ECHO, { address }));
    },
    record: [call("echo", "refused", "not_found")],
  },
  "a call over HTTP+SSE, and one that is refused there": {
    ask: async (at) => {
      await using stream = new StreamReader(await at.world.send(bare("GET", at.token)));
      const [, path] = await stream.until(/^event: endpoint\ndata: (.*)\n\n/);
      const address = `http://gateway.test${path}`;
      const ask = async (id: number, method: string, params: Json) => {
        await send(at, post(at.token, { jsonrpc: "2.0", id, method, params }, { address }));
        await stream.answer(id);
      };
      await ask(0, "initialize", {
        protocolVersion: "2024-11-05",
        capabilities: {},
        clientInfo: {},
      });
      await ask(1, "tools/call", ECHO);
      await ask(2, "tools/call", { name: "nowhere__echo" });
      await send(at, post(at.token, [{ jsonrpc: "2.0", id: 3, method: "ping" }], { address }));
    },
    record: [
      call(),
      "tools/call nowhere__echo null refused hidden_or_unknown",
      request("ping", "invalid_request"),
    ],
  },
  "a client that leaves before its answer": {
    ask: async (at) => {
      const response = await at.world.send(slow(at));
      await isRunning(at);
      await response.body?.cancel();
    },
    record: [call("wait", "cancelled", "cancelled")],
  },
  "a legacy client that takes its call back": {
    server: startLegacySessions,
    ask: async (at) => {
      const session = await beginSession(at.world.send, at.token);
      const params = { name: "notes__wait", arguments: { key: "a", ms: 5_000 } };
      const reply = at.world.send(legacy(at.token, "tools/call", params, { session, id: 9 }));
      await isRunning(at);
      const cancelled = { requestId: 9 };
      await send(at, notification(at.token, "notifications/cancelled", cancelled, { session }));
      await (await reply).text();
    },
    record: [call("wait", "cancelled", "cancelled")],
  },
  "a client that leaves while it sends its request": {
    ask: (at) => send(at, slowBody(at.token, () => Promise.resolve("cut"))),
    record: ["request POST null cancelled cancelled"],
  },
  "a token that ends while its call is worked on": {
    ask: async (at) => {
      const reply = at.world.send(slow(at)).then((response) => response.text());
      await isRunning(at);
      await new Promise((resolve) => setTimeout(resolve, 1_100));
      await revokeToken(at.world.services, AN_ADMIN, "team", at.id);
      await reply;
    },
    record: [call("wait", "cancelled", "access_ended")],
  },
  "a token that ends while its request is sent": {
    ask: async (at) => {
      const reply = send(
        at,
        slowBody(at.token, async () => {
          await revokeToken(at.world.services, AN_ADMIN, "team", at.id);
          await new Promise((resolve) => setTimeout(resolve, 120));
          return "sent";
        }),
      );
      assert.equal(await reply, 401);
    },
    record: [ended("token_revoked")],
  },
  "a server that is disabled while it is called": {
    ask: async (at) => {
      const reply = at.world.send(slow(at)).then(answerIn);
      await isRunning(at);
      await new Promise((resolve) => setTimeout(resolve, 1_100));
      await disableServer(at.world.services, AN_ADMIN, "notes", "admin");
      await reply;
    },
    record: [call("wait", "cancelled", "server_disabled")],
  },
  "a state that belongs to no call": {
    server: startLegacySessions,
    ask: (at) => {
      const state = { requestState: "none of ours", inputResponses: {} };
      return send(at, modern(at.token, "tools/call", { ...ECHO, ...state }));
    },
    record: [call("echo", "refused", "invalid_input")],
  },
  "each round of a call, also at another process than the one that holds it": {
    server: startTalkativeStreamable,
    ask: async (at) => {
      await using other = await at.world.another();
      const meta = { [CAPABILITIES]: { elicitation: { form: {} } } };
      const params = { name: "notes__ask", arguments: {} };
      const first = await answerIn(
        await at.world.send(modern(at.token, "tools/call", params, { meta })),
      );
      const [key] = Object.keys(first.result.inputRequests);
      const { requestState } = first.result;
      const inputResponses = { [key]: { action: "accept", content: {} } };
      const answered = { ...params, requestState, inputResponses };
      await answerIn(await other.send(modern(at.token, "tools/call", answered, { meta })));
      await answerIn(await other.send(modern(at.token, "tools/call", answered, { meta })));
    },
    record: [
      call("ask", "input_required"),
      call("ask"),
      call("ask", "refused", "invalid_input"),
    ],
  },
  "a gateway that is ending": {
    ask: async (at) => {
      const closing = at.world.services.gateway.close(0);
      await send(at, modern(at.token, "tools/list"));
      await closing;
    },
    record: [request("POST", "shutting_down")],
  },
  "a call that still runs when the process has to end": {
    ask: async (at) => {
      const reply = at.world.send(slow(at)).then(answerIn);
      await isRunning(at);
      await at.world.services.gateway.close(0);
      assert.match((await reply).error?.message ?? "", /shutting down/);
    },
    record: [call("wait", "cancelled", "shutting_down")],
  },
  "a name that holds a secret, refused before it is served": {
    ask: async (at) => {
      const uri = "https://example.com/notes?api_key=SECRET-ARGUMENT";
      await send(at, legacy(at.token, "resources/read", { uri }, { session: "none of ours" }));
      await send(at, legacy(at.token, "x?token=SECRET-ARGUMENT", {}, { session: "none of ours" }));
    },
    record: [
      "resources/read https://example.com/notes?api_key=[redacted] null refused unknown_session",
      request("x?token=[redacted]", "unknown_session"),
    ],
  },
  "a revoked token, with a call and with a GET": {
    ask: async (at) => {
      await revokeToken(at.world.services, AN_ADMIN, "team", at.id);
      await send(at, modern(at.token, "tools/call", ECHO));
      await send(at, bare("GET", at.token));
    },
    record: [ended("token_revoked"), ended("token_revoked")],
  },
  "an expired token": {
    ask: async (at) => {
      const soon = new Date(at.world.services.now().getTime() + 1_000).toISOString();
      const { token } = await at.world.addToken("Eve", { expiresAt: soon });
      at.world.advance(1_000);
      await send(at, modern(token, "tools/call", ECHO));
    },
    record: [ended("token_expired")],
  },
  "a token of a disabled workspace": {
    ask: async (at) => {
      await disableWorkspace(at.world.services, AN_ADMIN, "team");
      await send(at, modern(at.token, "tools/call", ECHO));
    },
    record: [ended("workspace_disabled")],
  },
  "a token of this workspace at another one": {
    ask: async (at) => {
      await createWorkspace(at.world.services, AN_ADMIN, { slug: "others" });
      const response = await at.world.send(modern(at.token, "tools/call", ECHO), "others");
      assert.equal(response.status, 401);
      await response.text();
    },
    record: [ended("wrong_workspace")],
  },
  "tokens that are nobody's": {
    ask: async (at) => {
      await send(at, modern(newTokenText("Nobody"), "tools/call", ECHO));
      await send(at, modern("mwt_alice", "tools/call", ECHO));
      await send(at, new Request(modern(at.token, "ping"), { headers: {} }));
      const { services } = at.world;
      await createWorkspace(services, AN_ADMIN, { slug: "gone" });
      const { token } = await createToken(services, AN_ADMIN, "gone", { name: "Orphan" });
      await removeWorkspace(services, AN_ADMIN, "gone", { force: true });
      await send(at, modern(token, "tools/call", ECHO));
    },
    record: [],
  },
};

for (const [name, { ask, record, server = startModern }] of Object.entries(WAYS)) {
  Deno.test(`one record, with its reason, is left by ${name}`, async () => {
    const stack = new AsyncDisposableStack();
    await using _all = stack;
    const file = stack.use(await sharedFile());
    const keeper = stack.use(await startWorld({ store: await file.open() }));
    const upstream = stack.use(server());
    const world = await keeper.another();
    await world.addServer("notes", upstream.url);
    const { token, id } = await world.addToken("Alice");

    // Whatever runs when the process ends is on the record, too.
    await ask({ world, token, id, upstream }).finally(() => world.services.close());

    const team = await keeper.services.workspaces.findBySlug("team") ?? assert.fail();
    const page = await keeper.services.callQueries.list(team, { limit: 100, cursor: null });
    const rows = page.items.toReversed().map(({ method, tool, server, outcome, reason }) => {
      return `${method} ${tool} ${server} ${outcome} ${reason}`;
    });
    assert.deepEqual(rows.toSorted(), record.toSorted());
    const stored = JSON.stringify(page.items);
    assert.ok(!stored.includes("SECRET-ARGUMENT") && !stored.includes(token));
  });
}

Deno.test("a refused token cannot fill the record, and what is refused stays refused", async () => {
  await using world = await startWorld();
  const { token, id } = await world.addToken("Alice");
  await revokeToken(world.services, AN_ADMIN, "team", id);
  world.advance(60_000 - world.services.now().getTime() % 60_000);
  const ask = async (address: string) => {
    const request = modern(token, "tools/list");
    const response = await world.services.gateway.handle(request, "team", null, address);
    await response.text();
    return response.status;
  };
  const recorded = async () => {
    const team = await world.services.workspaces.findBySlug("team") ?? assert.fail();
    return (await world.services.callQueries.list(team, { limit: 200, cursor: null })).items;
  };

  const addresses = Array.from({ length: MAX_RECORDED + 20 }, (_, at) => `203.0.113.${at}`);
  const statuses = await Promise.all(addresses.map(ask));
  const first = await recorded();
  world.advance(60_000);
  await ask("203.0.113.1");

  assert.ok(statuses.every((status) => status === 401));
  assert.equal(first.length, MAX_RECORDED);
  assert.ok(first.every((call) => call.bytesIn === 0 && call.tool === "" && call.server === null));
  assert.equal((await recorded()).length, MAX_RECORDED + 1);
});

Deno.test("tokens are refused after the same time, whether they are known or not", async () => {
  const store = await openStore(":memory:");
  const steered = new SteeredKv(store.kv);
  await using world = await startWorld({ store: { ...store, kv: steered.kv } });
  const { token, id } = await world.addToken("Alice");
  await revokeToken(world.services, AN_ADMIN, "team", id);
  const ask = async (bearer: string) => {
    const startedMs = performance.now();
    await (await world.send(modern(bearer, "tools/list"))).text();
    return performance.now() - startedMs;
  };
  const start = steered.commits;

  const unknownMs = await ask(newTokenText("Nobody"));
  const between = steered.commits;
  const knownMs = await ask(token);

  assert.equal(between, start);
  assert.ok(steered.commits > between);
  // Timers are never early, and a commit in memory takes less.
  for (const tookMs of [unknownMs, knownMs]) assert.ok(tookMs >= 24, `${tookMs} ms`);
});

Deno.test("a refused token whose record cannot be committed is refused all the same", async () => {
  await using world = await startWorld();
  const { token, id } = await world.addToken("Alice");
  await revokeToken(world.services, AN_ADMIN, "team", id);
  await world.services.callLog.close();

  const response = await world.send(modern(token, "tools/list"));
  await response.text();

  assert.equal(response.status, 401);
  assert.match(world.log.join("\n"), /Cannot record that token "tok_/);
});
