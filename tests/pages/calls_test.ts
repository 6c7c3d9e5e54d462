import assert from "node:assert/strict";
import { keepArguments } from "../../core/arguments/change_argument_logging.ts";
import type { Call } from "../../core/calls/call.ts";
import { createWorkspace } from "../../core/workspaces/create_workspace.ts";
import type { Workspace } from "../../core/workspaces/workspace.ts";
import { type RunningApp, startApp } from "../_support/app.ts";
import { AN_ADMIN } from "../_support/core.ts";
import { someCall } from "../calls/_support.ts";

/** An app with the workspaces `backend` and `design`, and a viewer. */
async function world() {
  const app = await startApp();
  const backend = await createWorkspace(app.services, AN_ADMIN, { slug: "backend" });
  const design = await createWorkspace(app.services, AN_ADMIN, { slug: "design" });
  const cookie = await app.signIn("viewer");
  return {
    app,
    backend,
    design,
    cookie,
    record: (workspace: Workspace, call: Partial<Call>) => record(app, workspace, call),
    async open(path: string, as = cookie) {
      const response = await app.ask(path, { headers: { cookie: as } });
      return { status: response.status, html: await response.text(), headers: response.headers };
    },
    [Symbol.asyncDispose]: () => app[Symbol.asyncDispose](),
  };
}

async function record({ services }: RunningApp, workspace: Workspace, call: Partial<Call>) {
  const at = new Date().toISOString();
  await services.callLog.record(workspace, someCall({ at, ...call }));
  const { items } = await services.callQueries.list(workspace, { limit: 1, cursor: null });
  return items[0];
}

/** The names of what was called, as the table has them. */
function calledIn(html: string): string[] {
  return [...html.matchAll(/<a href="\/calls\/[^"]+"><code class="wrap">([^<]*)<\/code>/g)]
    .map(([, name]) => name);
}

Deno.test("the page of calls shows those of all workspaces, newest first, or of one", async () => {
  await using w = await world();
  await w.record(w.backend, { tool: "first" });
  await w.record(w.design, { tool: "second" });
  await w.record(w.backend, { tool: "third" });

  const all = await w.open("/calls");
  const one = await w.open("/calls?workspace=backend");

  const named = (...tools: string[]) => tools.map((tool) => `internal-api__${tool}`);
  assert.deepEqual(calledIn(all.html), named("third", "second", "first"));
  assert.deepEqual(calledIn(one.html), named("third", "first"));
  assert.match(all.html, /To export calls, choose a workspace/);
  assert.match(one.html, /href="\/calls\/export\?workspace=backend&amp;format=csv"/);
  assert.match(one.html, /aria-label="Remove the filter Workspace backend"/);
});

Deno.test("the page of calls filters by its address, and each filter can be taken away", async () => {
  await using w = await world();
  await w.record(w.backend, { tool: "search", outcome: "refused", reason: "rate_limited" });
  await w.record(w.backend, { tool: "search", person: "Bob Lee", email: "bob@example.com" });
  await w.record(w.design, { tool: "write", server: "files" });
  const shown = async (query: string) => calledIn((await w.open(`/calls?${query}`)).html).length;

  assert.equal(await shown("outcome=refused"), 1);
  assert.equal(await shown("member=bob@example.com"), 1);
  assert.equal(await shown("server=files&tool=write"), 1);
  assert.equal(await shown("q=bob+search"), 1);
  assert.equal(await shown("q=search&outcome=&server=&from="), 2);
  assert.equal(await shown("from=2026-11-01&to=2026-11-02"), 0);
  const { html } = await w.open("/calls?q=search&outcome=refused&cursor=");
  assert.match(
    html,
    /href="\/calls\?outcome=refused" aria-label="Remove the filter Search search"/,
  );
  assert.match(html, /<option (?=[^>]*value="refused")[^>]*selected/);
  assert.match((await w.open("/calls?q=nothing")).html, /No such calls.*Show all calls/s);
});

Deno.test("the page of calls says at the field what is wrong with a filter, and keeps it", async () => {
  await using w = await world();
  const problems = async (query: string) => {
    const { status, html } = await w.open(`/calls?${query}`);
    return [
      status,
      ...[...html.matchAll(/<p[^>]*class="problem"[^>]*>([^<]*)</g)].map(([, text]) => text),
    ];
  };

  for (
    const [query, sentence] of [
      ["outcome=nonsense", /must be one of ok, tool_error/],
      ["workspace=nowhere", /There is no workspace &quot;nowhere&quot;/],
      ["from=yesterday", /must be a date/],
      ["from=2026-11-03&to=2026-11-01", /ends before it begins/],
      ["cursor=x", /place in the log is none/],
      [`q=${"x".repeat(201)}`, /at most 200 characters/],
    ] as const
  ) {
    const [status, ...sentences] = await problems(query);
    assert.equal(status, 400, query);
    assert.match(sentences.join(" "), sentence, query);
  }
  const { html } = await w.open("/calls?from=yesterday");
  assert.match(
    html,
    /<input(?=[^>]*name="from")(?=[^>]*value="yesterday")[^>]*aria-invalid="true"/,
  );
});

Deno.test("the page of calls leads to older ones and back", async () => {
  await using w = await world();
  for (let at = 0; at < 30; at++) await w.record(w.backend, { tool: `t${at}` });

  const first = await w.open("/calls?server=internal-api");
  const older = /rel="next" href="([^"]+)"/.exec(first.html)?.[1].replaceAll("&amp;", "&") ?? "";
  const second = await w.open(older);

  assert.equal(calledIn(first.html).length, 25);
  assert.deepEqual(calledIn(second.html), [4, 3, 2, 1, 0].map((at) => `internal-api__t${at}`));
  assert.match(second.html, /href="\/calls\?server=internal-api"[^>]*>Newest/);
  // Only the newest ones change.
  assert.match(first.html, /live-state/);
  assert.doesNotMatch(second.html, /live-state/);
});

Deno.test("an export of the page has what its filters let through, and its end", async () => {
  await using w = await world();
  await w.record(w.backend, { tool: "one", person: "=HYPERLINK(1)" });
  await w.record(w.backend, { tool: "two", outcome: "refused", reason: "too_many" });
  await w.record(w.design, { tool: "three" });

  const lines = async (query: string) => {
    const { status, html, headers } = await w.open(`/calls/export?workspace=backend&${query}`);
    assert.equal(status, 200);
    assert.match(headers.get("content-disposition") ?? "", /attachment; filename="backend-calls\./);
    return html.trim().split("\n");
  };

  assert.deepEqual(
    (await lines("format=jsonl")).map((line) => JSON.parse(line)).map(({ tool, end }) =>
      tool ?? end.calls
    ),
    ["one", "two", 2],
  );
  const [line, end] = (await lines("q=TWO&outcome=refused")).map((text) => JSON.parse(text));
  assert.deepEqual([line.tool, end.end.calls], ["two", 1]);
  const csv = await lines("format=csv&tool=one");
  assert.equal(csv.length, 3);
  assert.match(csv[1], /'=HYPERLINK/);
});

Deno.test("an export is of one workspace, for those who are signed in", async () => {
  await using w = await world();

  assert.equal((await w.open("/calls/export")).status, 404);
  assert.equal((await w.open("/calls/export?workspace=nowhere")).status, 400);
  assert.equal((await w.open("/calls/export?workspace=backend&format=xml")).status, 400);
  assert.equal(
    (await w.open("/calls/export?workspace=backend", "")).headers.get("location"),
    "/sign-in",
  );
});

Deno.test("a call's page has all of its record, why it failed, and where that is solved", async () => {
  await using w = await world();
  const call = await w.record(w.backend, {
    tool: "search",
    email: "alice@example.com",
    outcome: "refused",
    reason: "definition_held",
    durationMs: 1_234,
  });

  const { status, html } = await w.open(`/calls/backend/${call.id}`);

  assert.equal(status, 200);
  assert.match(html, /<h1>internal-api__search<\/h1>/);
  assert.match(html, /no admin has approved it yet.*href="\/servers\/internal-api"/s);
  assert.match(html, new RegExp(`${call.at.slice(0, 23).replace("T", " ")} UTC`));
  assert.match(html, />1\.2 s</);
  assert.match(html, /href="\/members\/alice%40example\.com"/);
  assert.match(html, new RegExp(`member=${call.tokenId}`));
  assert.match(html, /internal-api.*removed since/s);
  assert.match(
    html,
    /href="\/analytics\?workspace=backend&amp;server=internal-api&amp;tool=search"/,
  );
  assert.equal((await w.open(`/calls/design/${call.id}`)).status, 404);
  assert.equal((await w.open(`/calls/nowhere/${call.id}`)).status, 404);
  assert.equal((await w.open("/calls/backend/x")).status, 404);
});

Deno.test("nothing of a call is markup", async () => {
  await using w = await world();
  const evil = '"><script>alert(1)</script>';
  const call = await w.record(w.backend, { tool: evil, person: evil, email: evil, server: evil });

  for (
    const path of ["/calls", `/calls/backend/${call.id}`, `/calls?q=${encodeURIComponent(evil)}`]
  ) {
    const { html } = await w.open(path);
    assert.ok(
      html.includes("&lt;script>alert(1)") || html.includes("&lt;script&gt;alert(1)"),
      path,
    );
    assert.ok(!html.includes("<script>alert(1)"), path);
  }
});

Deno.test("arguments are shown to owners who ask for them, and the audit log says so", async () => {
  await using w = await world();
  const { app } = w;
  await keepArguments(app.services, AN_ADMIN, "backend", {});
  const seal = await app.services.callArguments.openKey(w.backend.id);
  assert.ok(seal !== null);
  const json = new TextEncoder().encode('{"query":"the-argument"}');
  await app.services.callLog.record(
    w.backend,
    someCall({
      at: new Date().toISOString(),
      argumentsKept: true,
    }),
    { json, seal },
  );
  const { items: [call] } = await app.services.callQueries.list(w.backend, {
    limit: 1,
    cursor: null,
  });
  const path = `/calls/backend/${call.id}`;
  const owner = await app.signIn("owner");
  const ask = (cookie: string) => app.submit(path, { cookie, fields: { intent: "arguments" } });
  const read = async () => {
    const { items } = await app.services.audit.list({ limit: 50, cursor: null }, {
      action: "arguments",
    });
    return items.filter(({ subject }) => subject.call === call.id).length;
  };

  const seen = await w.open(path, owner);
  assert.match(seen.html, /Show the arguments/);
  assert.doesNotMatch(seen.html, /the-argument/);
  assert.equal(await read(), 0);

  for (const role of ["viewer", "admin"] as const) {
    const cookie = await app.signIn(role);
    const { html } = await w.open(path, cookie);
    assert.match(html, /owners can read them/);
    assert.doesNotMatch(html, /Show the arguments|the-argument/);
    const refused = await ask(cookie);
    assert.equal(refused.status, 403);
    assert.doesNotMatch(await refused.text(), /the-argument/);
  }
  assert.equal(await read(), 0);

  const shown = await ask(owner);
  assert.equal(shown.status, 200);
  assert.equal(shown.headers.get("cache-control"), "no-store");
  assert.match(await shown.text(), /&quot;query&quot;: &quot;the-argument&quot;/);
  assert.equal(await read(), 1);
  assert.doesNotMatch((await w.open(path, owner)).html, /the-argument/);
});

Deno.test("a call whose arguments are not kept says so, and why asking for them gives none", async () => {
  await using w = await world();
  const call = await w.record(w.backend, {});
  const cookie = await w.app.signIn("owner");

  const { html } = await w.open(`/calls/backend/${call.id}`, cookie);
  const asked = await w.app.submit(`/calls/backend/${call.id}`, {
    cookie,
    fields: { intent: "arguments" },
  });

  assert.match(html, /None are kept/);
  assert.doesNotMatch(html, /Show the arguments/);
  assert.equal(asked.status, 404);
  await asked.body?.cancel();
});
