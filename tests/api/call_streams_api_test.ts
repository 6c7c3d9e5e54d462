import assert from "node:assert/strict";
import type { Call } from "../../core/calls/call.ts";
import { createAdminToken } from "../../core/admins/create_admin_token.ts";
import { createWorkspace } from "../../core/workspaces/create_workspace.ts";
import { someCall } from "../calls/_support.ts";
import { startApp } from "../_support/app.ts";
import { AN_ADMIN } from "../_support/core.ts";
import { eventually } from "../_support/eventually.ts";

const ADMIN_TOKEN = "environment-token-0123456789";
const PATH = "/api/v1/workspaces/backend/calls";

/** The app, with a workspace that has calls on its record. */
async function appWith(...calls: Partial<Call>[]) {
  const app = await startApp({ AEROSTACK_ADMIN_TOKEN: ADMIN_TOKEN });
  const { services } = app;
  const workspace = await createWorkspace(services, AN_ADMIN, { slug: "backend" });
  const record = (call: Partial<Call>) => {
    const at = new Date(Date.now() - 1_000).toISOString();
    return services.callLog.record(workspace, someCall({ at, ...call }));
  };
  for (const call of calls) await record(call);
  const get = (query: string, token = ADMIN_TOKEN, more = {}) =>
    app.ask(PATH + query, { headers: { authorization: `Bearer ${token}`, ...more } });
  return { app, services, record, get, [Symbol.asyncDispose]: () => app[Symbol.asyncDispose]() };
}

Deno.test("GET calls takes filters and names the field that is wrong", async () => {
  await using at = await appWith(
    { tool: "search", outcome: "refused", reason: "rate_limited" },
    { tool: "search", person: "Bob" },
    { tool: "write" },
  );

  const refused = await (await at.get("?outcome=refused&tool=search")).json();
  const bobs = await (await at.get("?member=bob")).json();
  const today = new Date().toISOString().slice(0, 10);
  const todays = await (await at.get(`?from=${today}&to=${today}`)).json();
  const wrong = {
    outcome: await at.get("?outcome=fine"),
    from: await at.get("?from=yesterday"),
    to: await at.get("?from=2026-11-02&to=2026-11-01"),
    format: await at.get("/export?format=xml"),
  };

  assert.deepEqual(refused.items.map(({ reason }: Call) => reason), ["rate_limited"]);
  assert.deepEqual(bobs.items.map(({ person }: Call) => person), ["Bob"]);
  assert.equal(todays.items.length, 3);
  for (const [field, response] of Object.entries(wrong)) {
    assert.equal(response.status, 400, field);
    assert.equal((await response.json()).error.field, field);
  }
});

Deno.test("GET export gives every call as a download, and a HEAD of it the head alone", async () => {
  await using at = await appWith({ tool: "a" }, { tool: "b" });

  const response = await at.get("/export");
  const lines = (await response.text()).trimEnd().split("\n").map((line) => JSON.parse(line));
  const csv = await at.get("/export?format=csv&tool=b");
  const rows = (await csv.text()).trimEnd().split("\r\n");
  const head = await at.app.ask(`${PATH}/export`, {
    method: "HEAD",
    headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
  });
  const nowhere = await at.app.ask("/api/v1/workspaces/nowhere/calls/export", {
    headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
  });

  assert.deepEqual(lines.map(({ tool }) => tool), ["a", "b", undefined]);
  assert.equal(lines[2].end.calls, 2);
  assert.match(response.headers.get("content-type") ?? "", /^application\/jsonl/);
  assert.match(response.headers.get("content-disposition") ?? "", /"backend-calls\.jsonl"/);
  assert.match(csv.headers.get("content-type") ?? "", /^text\/csv/);
  assert.deepEqual([rows.length, rows[2].startsWith("end,")], [3, true]);
  assert.deepEqual([head.status, await head.text()], [200, ""]);
  assert.equal((await nowhere.json()).error.code, "not_found");
});

Deno.test("an end as far away as there are dates hides no call and cuts no export short", async () => {
  await using at = await appWith();
  // Each in a commit of its own, and more than may lie behind a period in a row.
  for (let count = 0; count < 105; count++) await at.record({ tool: `${count}` });

  for (const to of ["9999-12-31", "9999-12-30T12:00:00Z", "2999-12-31"]) {
    const list = await (await at.get(`?limit=200&to=${to}`)).json();
    const lines = (await (await at.get(`/export?to=${to}`)).text()).trimEnd().split("\n");

    assert.equal(list.items.length, 105, to);
    assert.equal(JSON.parse(lines[lines.length - 1]).end.calls, 105, to);
  }
});

Deno.test("GET tail follows for a viewer, after an id, and ends with the viewer's token", async () => {
  await using at = await appWith({ tool: "before" });
  const { services } = at;
  const input = { name: "a screen on the wall", role: "viewer" as const };
  const viewer = await createAdminToken(services, AN_ADMIN, input);
  const [{ id }] = (await (await at.get("")).json()).items;

  const response = await at.get("/tail", viewer.token, { "last-event-id": id });
  const reader = (response.body ?? assert.fail()).pipeThrough(new TextDecoderStream()).getReader();
  let text = (await reader.read()).value ?? "";
  await at.record({ tool: "next" });
  while (!text.includes("next")) text += (await reader.read()).value ?? assert.fail();
  await services.admins.tokens.remove(AN_ADMIN, viewer.id);
  await new Promise((resolve) => setTimeout(resolve, 1_050));
  await at.record({ tool: "not for you" });
  const { done, value } = await reader.read();
  const again = await at.get("/tail", viewer.token);
  await again.body?.cancel();

  assert.match(response.headers.get("content-type") ?? "", /^text\/event-stream/);
  assert.match(
    text,
    /^event: place\nid: \S+\ndata: {}\n\nid: ([0-9a-f]{20}-0)\ndata: \{"id":"\1",.*"tool":"next".*\}\n\n$/,
  );
  assert.deepEqual([done, value], [true, undefined]);
  assert.equal(again.status, 401);
});

Deno.test("a tail whose client leaves makes room for another at once", async () => {
  await using at = await appWith();
  const { callStreams } = at.services;

  const response = await at.get("/tail");
  assert.equal(callStreams.open.tails, 1);
  await response.body?.cancel();

  await eventually("the tail has ended", () => callStreams.open.tails === 0);
});

Deno.test("GET tail refuses an id that is none", async () => {
  await using at = await appWith();

  const response = await at.get("/tail?after=now");

  assert.deepEqual([response.status, (await response.json()).error.field], [400, "cursor"]);
});
