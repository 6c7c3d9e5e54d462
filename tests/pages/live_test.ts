import assert from "node:assert/strict";
import { createParser } from "eventsource-parser";
import { createWorkspace } from "../../core/workspaces/create_workspace.ts";
import { startApp } from "../_support/app.ts";
import { AN_ADMIN } from "../_support/core.ts";

/** What is said to a page until the stream ends, as JSON. */
async function* heard({ body }: Response): AsyncGenerator<{ event?: string; topics: string[] }> {
  const events: { event?: string; topics: string[] }[] = [];
  const parser = createParser({
    onEvent: ({ event, data }) => events.push({ event, topics: JSON.parse(data) }),
  });
  for await (const piece of body ?? assert.fail("no body")) {
    parser.feed(new TextDecoder().decode(piece));
    yield* events.splice(0);
  }
}

Deno.test("/live tells a signed-in viewer what changed, and no proxy holds it back", async () => {
  await using app = await startApp();
  const cookie = await app.signIn("viewer");

  const response = await app.ask("/live?topics=changes", { headers: { cookie } });
  const messages = heard(response);
  await messages.next();
  await createWorkspace(app.services, AN_ADMIN, { slug: "backend" });

  assert.equal(response.headers.get("content-type"), "text/event-stream");
  assert.equal(response.headers.get("x-accel-buffering"), "no");
  assert.equal(response.headers.get("cache-control"), "no-store");
  assert.deepEqual((await messages.next()).value?.topics, ["changes"]);
  await messages.return(undefined);
});

Deno.test("/live ends when its viewer signs out", async () => {
  await using app = await startApp();
  const cookie = await app.signIn("viewer");
  const messages = heard(await app.ask("/live?topics=changes", { headers: { cookie } }));
  await messages.next();

  // Signing out is a change itself, of which this page hears no more.
  await (await app.submit("/auth/sign-out", { cookie })).body?.cancel();

  assert.deepEqual(await messages.next(), { done: false, value: { event: "end", topics: [] } });
  assert.equal((await messages.next()).done, true);
});

Deno.test("/live refuses strangers, other sites and unknown topics", async () => {
  await using app = await startApp();
  const cookie = await app.signIn("viewer");
  const ask = async (path: string, headers: Record<string, string>) => {
    const response = await app.ask(path, { headers });
    const text = await response.text();
    return { status: response.status, text, to: response.headers.get("location") };
  };

  assert.deepEqual(await ask("/live", {}), { status: 303, text: "", to: "/sign-in" });
  for (const site of ["cross-site", "same-site"]) {
    assert.equal((await ask("/live", { cookie, "sec-fetch-site": site })).status, 403);
  }
  const { status, text } = await ask("/live?topics=secrets", { cookie });
  assert.equal(status, 400);
  assert.match(JSON.parse(text).error.message, /calls:<workspace>, servers, events and changes/);
  assert.equal((await ask("/live?topics=calls:nowhere", { cookie })).status, 404);
});

Deno.test("/live takes a hundred pages of one admin, and names its limit to those beyond it", async () => {
  await using app = await startApp();
  const headers = { cookie: await app.signIn("viewer") };
  const leaving = new AbortController();
  const open = () => app.ask("/live?topics=changes", { headers, signal: leaving.signal });

  const pages = await Promise.all(Array.from({ length: 200 }, open));
  const beyond = await open();

  assert.ok(pages.every(({ status }) => status === 200));
  assert.equal(beyond.status, 429);
  assert.equal(beyond.headers.get("retry-after"), "1");
  assert.match((await beyond.json()).error.message, /200 pages that follow changes/);
  leaving.abort();
});

Deno.test("a page that brings itself up to date does not use up what is said once", async () => {
  await using app = await startApp();
  const session = await app.signIn("owner");
  const notice = `aerostack-notice=${encodeURIComponent('{"text":"Saved the thing."}')}`;
  const headers = { cookie: `${session}; ${notice}` };

  const refreshed = await app.ask("/audit", { headers: { ...headers, "x-live": "1" } });
  const read = await app.ask("/audit", { headers });

  assert.equal(refreshed.headers.get("set-cookie"), null);
  assert.doesNotMatch(await refreshed.text(), /Saved the thing/);
  assert.match(read.headers.get("set-cookie") ?? "", /^aerostack-notice=;.*Max-Age=0/);
  assert.match(await read.text(), /Saved the thing/);
});
