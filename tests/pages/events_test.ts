import assert from "node:assert/strict";
import type { Event } from "../../core/events/event.ts";
import { newServerId, newWorkspaceId } from "../../core/ids.ts";
import { startApp } from "../_support/app.ts";

const AT = new Date().toISOString();
const common = { at: AT, serverId: newServerId(), server: "files" };

const EVENTS: Event[] = [
  {
    ...common,
    kind: "leak",
    secret: "API_KEY",
    form: "base64",
    place: "body",
    method: "tools/call",
    tool: "search",
    times: 3,
  },
  {
    ...common,
    kind: "definition_change",
    item: "tool",
    tool: "search",
    change: "changed",
    diff: [{ field: "description", before: '"Finds"', after: '"<img src=x onerror=alert(1)>"' }],
  },
  { ...common, kind: "server_blocked", reason: "leak" },
  { ...common, server: "other", kind: "breaker_opened", failures: 5, since: AT, nextTryAt: AT },
  {
    ...common,
    kind: "error_rate",
    workspaceId: newWorkspaceId(),
    workspace: "backend",
    calls: 40,
    errors: 12,
    rule: { percent: 20, minCalls: 10, windowMinutes: 5 },
  },
];

Deno.test("the page of events says what happened, and where each is solved", async () => {
  await using app = await startApp();
  const headers = { cookie: await app.signIn("viewer") };
  const open = async (path: string) => {
    const response = await app.ask(path, { headers });
    return { status: response.status, html: await response.text() };
  };
  assert.match((await open("/events")).html, /Nothing happened/);
  await app.services.events.add(EVENTS);

  const { html } = await open("/events");
  const text = html.replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " ");
  assert.match(
    text,
    /Sent back the secret API_KEY in base64 in its answer when search was called, 3 times/,
  );
  assert.match(text, /The tool search is not defined as before; it is held/);
  assert.match(text, /The gateway disabled this server/);
  assert.match(text, /Failed 5 times in a row/);
  assert.match(text, /Of 40 calls in workspace backend 12 failed in 5 minutes/);
  for (const path of ["/servers/files/secrets", "/servers/files", "/servers/files/settings"]) {
    assert.ok(html.includes(`href="${path}"`), path);
  }
  assert.match(
    html,
    /href="\/calls\?workspace=backend&amp;server=files&amp;from=[^"]+">See these calls/,
  );
  assert.ok(!html.includes("<img src=x"), "a definition is no markup");

  const rows = async (query: string) =>
    (await open(`/events?${query}`)).html.split("data-row=").length - 1;
  assert.equal(await rows(""), 5);
  assert.equal(await rows("kind=leak&server="), 1);
  assert.equal(await rows("server=files"), 4);
  assert.equal(await rows("server=files&kind=breaker_opened"), 0);
  assert.equal(await rows("limit=2"), 2);
  assert.match(
    (await open("/events?limit=2")).html,
    /rel="next" href="\/events\?limit=2&amp;cursor=/,
  );
  const wrong = await open("/events?kind=nonsense");
  assert.equal(wrong.status, 400);
  assert.match(wrong.html, /must be one of leak, definition_change/);
});
