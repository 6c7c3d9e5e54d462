import { NO_COMPARING } from "../_support/no_pins.ts";
import assert from "node:assert/strict";
import { updateServer } from "../../core/servers/update_server.ts";
import { setSecret } from "../../core/secrets/set_secret.ts";
import { AN_ADMIN, someServer, testCore } from "../_support/core.ts";
import { startLegacySessions, startLegacySse } from "../_support/legacy_upstreams.ts";
import { ListCache } from "../../core/upstream/list_cache.ts";
import { serveLocally } from "../_support/upstream.ts";
import { startBothEras } from "../_support/modern_upstreams.ts";
import { Plaintext } from "../../core/secrets/plaintext.ts";
import { callerOf, startBench, targetAt, toolCall } from "./_connector.ts";

const HEADERS = {
  "X-Request-Id": "r-1",
  "Accept-Language": "de",
  "X-Key": "the caller's",
  "X-Other": "private",
  Authorization: "Bearer mwt_secret",
  Cookie: "a=b",
};

Deno.test("a server gets those of its caller's headers that it may have, and no others", async () => {
  for (const start of [startBothEras, startLegacySessions, startLegacySse]) {
    await using server = await start();
    await using bench = await startBench();
    const target = targetAt(server.url, {
      forwardHeaders: ["accept-language", "x-key", "x-missing", "x-request-id"],
      injections: [{
        name: "KEY",
        rule: { kind: "header", name: "X-Key" },
        value: new Plaintext("injected"),
      }],
    });

    for (const id of ["r-1", "r-2"]) {
      const headers = new Headers({ ...HEADERS, "X-Request-Id": id });
      const call = toolCall(target, "echo", {
        caller: callerOf("modern", { headers }),
        args: { text: "hi" },
      });
      assert.ok((await bench.connector.request(call)).response.result);
    }

    const calls = server.journal.withRpcMethod("tools/call");
    const got = (name: string) => calls.map(({ headers }) => headers.get(name));
    assert.deepEqual(got("x-request-id"), ["r-1", "r-2"], start.name);
    assert.deepEqual(got("accept-language"), ["de", "de"]);
    assert.deepEqual(got("x-key"), ["injected", "injected"]);
    for (const name of ["x-other", "authorization", "cookie", "x-missing"]) {
      assert.deepEqual(got(name), [null, null], name);
    }
  }
});

Deno.test("what a server shows to one caller for its headers is not shown to another", async () => {
  await using http = serveLocally(async (request) => {
    const { id, method } = await request.json();
    const tenant = request.headers.get("x-tenant");
    const result = method === "tools/list"
      ? { tools: [{ name: `of-${tenant}` }], ttlMs: 60_000, cacheScope: "private" }
      : { supportedVersions: ["2026-07-28"], capabilities: {}, instructions: `of ${tenant}` };
    return Response.json({ jsonrpc: "2.0", id, result });
  });
  await using bench = await startBench();
  const versions = { read: () => Promise.resolve(0n) };
  const lists = new ListCache({
    connector: bench.connector,
    versions,
    comparing: NO_COMPARING,
    now: () => new Date(),
  });
  const target = targetAt(http.origin, { forwardHeaders: ["x-request-id", "x-tenant"] });
  const { signal } = new AbortController();

  const seen = [];
  for (const tenant of ["a", "b", "a"]) {
    const headers = new Headers({ "x-tenant": tenant, "x-request-id": crypto.randomUUID() });
    const caller = callerOf("modern", { headers });
    const { items } = await lists.list({ target, caller, kind: "tools", signal });
    const { instructions } = await bench.connector.profile(target, caller, signal);
    seen.push([items[0].name, instructions]);
  }

  assert.deepEqual(seen, [["of-a", "of a"], ["of-b", "of b"], ["of-a", "of a"]]);
});

Deno.test("headers that are forwarded are kept in lower case, each once, in order", async () => {
  using core = await testCore();
  const { slug } = await someServer(core);

  const forwardHeaders = ["X-Request-Id", "accept-language", "X-REQUEST-ID"];
  const server = await updateServer(core, AN_ADMIN, slug, { forwardHeaders });

  assert.deepEqual(server.forwardHeaders, ["accept-language", "x-request-id"]);
});

Deno.test("headers of the protocol and of the caller's credentials are never forwarded", async () => {
  using core = await testCore();
  const { slug } = await someServer(core);
  const never = "Authorization Proxy-Authorization Cookie Host Connection Keep-Alive TE Trailer " +
    "Transfer-Encoding Upgrade Mcp-Session-Id mcp-method MCP-Protocol-Version Content-Length " +
    "Content-Type Accept Accept-Encoding Origin Last-Event-ID Sec-Fetch-Mode Forwarded";

  for (const name of never.split(" ")) {
    await assert.rejects(
      updateServer(core, AN_ADMIN, slug, { forwardHeaders: ["X-Fine", name] }),
      { code: "invalid_input", field: "forwardHeaders", message: /is never forwarded/ },
      name,
    );
  }
  for (const name of ["X Y", "X:Y", "X\r\nHost", "ü"]) {
    await assert.rejects(
      updateServer(core, AN_ADMIN, slug, { forwardHeaders: [name] }),
      { code: "invalid_input", field: "forwardHeaders", message: /not a legal header name/ },
    );
  }
});

Deno.test("no header is both forwarded and injected", async () => {
  using core = await testCore();
  const { slug } = await someServer(core);
  await setSecret(core, AN_ADMIN, slug, "X-Api-Key", { value: "one" });

  await assert.rejects(
    updateServer(core, AN_ADMIN, slug, { forwardHeaders: ["x-api-key"] }),
    {
      code: "conflict",
      field: "forwardHeaders",
      message: /"X-Api-Key" of this server is injected/,
    },
  );
  await updateServer(core, AN_ADMIN, slug, { forwardHeaders: ["X-Tenant"] });
  await assert.rejects(
    setSecret(core, AN_ADMIN, slug, "X-TENANT", { value: "two" }),
    { code: "conflict", field: "name", message: /"X-TENANT" is forwarded/ },
  );
});
