import assert from "node:assert/strict";
import { readPages } from "../../core/upstream/list_pages.ts";
import { serveLocally } from "../_support/upstream.ts";
import { callerOf, failureOf, startBench, targetAt } from "./_connector.ts";

Deno.test("a list that does not end in size is refused, and names its limit", async () => {
  let pages = 0;
  await using http = serveLocally(async (request) => {
    const { id, method } = await request.json();
    const description = "x".repeat(6 * 1024 * 1024);
    const result = method === "tools/list"
      ? { tools: [{ name: `t${++pages}`, description }], nextCursor: String(pages) }
      : { supportedVersions: ["2026-07-28"], capabilities: {} };
    return Response.json({ jsonrpc: "2.0", id, result });
  });
  await using bench = await startBench();
  const target = targetAt(http.origin);
  const { signal } = new AbortController();
  const query = { target, caller: callerOf("modern"), kind: "tools", signal } as const;

  const { message } = await failureOf(readPages(bench.connector, query));

  assert.match(message, /answered tools\/list with something that has more than 16 Mi characters/);
  assert.equal(pages, 3);
});
