import assert from "node:assert/strict";
import { tool } from "../_support/catalogue_upstream.ts";
import { ERAS, started } from "./_policies.ts";
import { type Json, legacy, modern } from "./_requests.ts";

const ONE = "http://gateway.test/ws/team/servers/db/sse";
const ARGUMENT = { name: "a", value: "" };

/** What is hidden, and what is not there: names of one length, in the same request. */
const PAIRS: [
  method: string,
  hidden: string,
  unknown: string,
  paramsFor: (name: string) => Json,
][] = [
  ["tools/call", "drop_user", "drop_usex", (name) => ({ name })],
  ["tools/call", "list_held", "list_helx", (name) => ({ name })],
  ["prompts/get", "secret_ask", "secret_asx", (name) => ({ name })],
  ["resources/read", "memo:secret", "memo:secrex", (uri) => ({ uri })],
  ["resources/read", "memo:secret", "memo:open_x", (uri) => ({ uri })],
  [
    "completion/complete",
    "secret_ask",
    "secret_asx",
    (name) => ({ ref: { type: "ref/prompt", name }, argument: ARGUMENT }),
  ],
  [
    "completion/complete",
    "memo:secret/{day}",
    "memo:secrex/{day}",
    (uri) => ({ ref: { type: "ref/resource", uri }, argument: ARGUMENT }),
  ],
];

for (const server of ERAS) {
  for (const caller of ERAS) {
    Deno.test(`what is hidden or held reads like what is not there, to the byte and on the record: a ${caller} client, a ${server} server`, async () => {
      const policy = { allow: ["list_*", "memo:open*", "ask"], deny: [], readOnly: false };
      await using of = await started(server, { install: { policy, onChange: "hold" } });
      const { services } = of.world;
      const team = await services.workspaces.findBySlug("team") ?? assert.fail();
      // One that changes after it was trusted is held.
      of.upstream.offers.tools.push(tool("list_held"));
      await of.ask(caller, "tools/list");
      of.upstream.offers.tools.splice(-1, 1, tool("list_held", { description: "Does more." }));
      of.world.advance(6 * 60_000);
      await of.ask(caller, "tools/list");

      const seen = async (isOne: boolean, method: string, name: string, params: Json) => {
        // One that reads no streams, so that no answer becomes one because it took long.
        const headers: Record<string, string> = { accept: "application/json" };
        if (typeof params.uri === "string") headers["mcp-name"] = params.uri;
        const request = (caller === "modern" ? modern : legacy)(of.token, method, params, {
          headers,
          address: isOne ? ONE : undefined,
        });
        const response = await services.gateway.handle(request, "team", isOne ? "db" : null);
        const { items } = await services.callQueries.list(team, { limit: 1, cursor: null });
        const reply = [response.status, [...response.headers], await response.text()];
        // What is held is told apart on the record alone, which no member reads.
        const why = name === "list_held" ? "definition_held" : "hidden_or_unknown";
        const record = items.map(({ id: _id, at: _at, durationMs: _ms, reason, ...rest }) => {
          if (rest.method !== "request") assert.equal(reason, why, method);
          return rest;
        });
        return JSON.stringify([reply, record]).replaceAll(name, "NAME");
      };
      for (const [method, hidden, unknown, paramsFor] of PAIRS) {
        for (const isOne of [false, true]) {
          const exposed = (own: string) =>
            isOne ? own : own.startsWith("memo:") ? `${own}#~db` : `db__${own}`;
          const first = await seen(isOne, method, hidden, paramsFor(exposed(hidden)));
          const second = await seen(isOne, method, unknown, paramsFor(exposed(unknown)));

          assert.equal(first, second, method);
          assert.ok(first.includes("error"), first);
        }
      }
    });
  }
}
