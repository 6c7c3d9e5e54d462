import assert from "node:assert/strict";
import { keys } from "../../core/kv/keys.ts";
import { createWorkspace } from "../../core/workspaces/create_workspace.ts";
import { removeWorkspace } from "../../core/workspaces/remove_workspace.ts";
import { startApp } from "../_support/app.ts";
import { AN_ADMIN } from "../_support/core.ts";

/** An app whose log has a few entries, and what its pages say, without tags. */
async function world() {
  const app = await startApp();
  for (const slug of ["backend", "design"]) await createWorkspace(app.services, AN_ADMIN, { slug });
  const cookie = await app.signIn("viewer");
  async function textOf(response: Response) {
    const html = await response.text();
    const main = html.slice(html.indexOf("<main"), html.indexOf("</main>"));
    const text = main.replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " ")
      .replaceAll("&quot;", '"');
    return { status: response.status, html, text };
  }
  return {
    app,
    cookie,
    open: async (path: string) => await textOf(await app.ask(path, { headers: { cookie } })),
    verify: async (expect = "") => {
      const fields = { intent: "verify", expect };
      return await textOf(await app.submit("/audit", { cookie, fields }));
    },
    [Symbol.asyncDispose]: () => app[Symbol.asyncDispose](),
  };
}

/** The numbers of the entries that are shown. */
function rowsOf(html: string): number[] {
  return [...html.matchAll(/data-row="(\d+)"/g)].map(([, seq]) => Number(seq));
}

Deno.test("the audit page says what was done to what, with ways there, and filters it", async () => {
  await using w = await world();
  const rows = async (query: string) => rowsOf((await w.open(`/audit?${query}`)).html);

  const all = await w.open("/audit");
  assert.deepEqual(rowsOf(all.html), [4, 3, 2, 1]);
  assert.match(all.text, /AEROSTACK_ADMIN_TOKEN by api workspace\.create workspace design/);
  assert.match(all.html, /href="\/workspaces\/design"/);

  assert.deepEqual(await rows("subject=design"), [2]);
  assert.deepEqual(await rows("actor=admin"), [4]);
  assert.deepEqual(await rows("action=workspace&subject="), [2, 1]);
  assert.deepEqual(await rows("from=2020-01-01&to=2020-02-01"), []);
  assert.deepEqual(await rows("from=2020-01-01"), [4, 3, 2, 1]);
  assert.match((await w.open("/audit?actor=Nobody")).text, /There are no such entries/);
  const wrong = await w.open("/audit?from=someday");
  assert.equal(wrong.status, 400);
  assert.match(wrong.text, /It must be a date/);
});

Deno.test("the audit page leads to older entries and back", async () => {
  await using w = await world();

  const first = await w.open("/audit?limit=3");
  const second = await w.open("/audit?limit=3&cursor=2");

  assert.deepEqual(rowsOf(first.html), [4, 3, 2]);
  assert.match(first.html, /href="\/audit\?limit=3&amp;cursor=2"/);
  assert.deepEqual(rowsOf(second.html), [1]);
  assert.match(second.html, /href="\/audit\?limit=3"[^>]*>Newest/);
});

Deno.test("an export of the audit page has all that its filters let through, and its end", async () => {
  await using w = await world();
  for (let at = 0; at < 210; at++) {
    await createWorkspace(w.app.services, AN_ADMIN, { slug: `team-${at}` });
  }
  const lines = async (query: string) => {
    const { status, html } = await w.open(`/audit/export?${query}`);
    assert.equal(status, 200);
    return html.trim().split("\n").map((line) => JSON.parse(line));
  };

  const page = await w.open("/audit?limit=3&cursor=9&action=workspace");
  assert.match(page.html, /href="\/audit\/export\?action=workspace" download/);

  const all = await lines("from=2020-01-01");
  assert.deepEqual(
    all.slice(0, -1).map(({ seq }) => seq),
    Array.from({ length: 214 }, (_, at) => {
      return 214 - at;
    }),
  );
  assert.deepEqual(all.at(-1), { end: { entries: 214 } });
  const [entry, end] = await lines("subject=design&actor=");
  assert.deepEqual([entry.action, entry.subject.workspace], ["workspace.create", "design"]);
  assert.equal(entry.seal, undefined);
  assert.deepEqual(end, { end: { entries: 1 } });
  assert.equal((await w.open("/audit/export?from=someday")).status, 400);
  const nobody = await w.app.ask("/audit/export");
  assert.equal(nobody.headers.get("location"), "/sign-in");
  await nobody.body?.cancel();
});

Deno.test("the audit page says whether its end is as it was written, and verifies all when asked", async () => {
  await using w = await world();

  const before = await w.open("/audit");
  assert.match(before.text, /whole Its end is sealed, and every entry is as it was written/);
  assert.doesNotMatch(before.text, /All of it was verified/);
  const noted = /\d+:[0-9a-f]{64}/.exec(before.text)?.[0] ?? assert.fail("no head");

  const verified = await w.verify(noted);
  assert.equal(verified.status, 200);
  assert.match(verified.text, /All of it was verified just now : 4 entries, as they were written/);
  // The next page knows it still.
  assert.match((await w.open("/audit")).text, /All of it was verified .*4 entries/);
});

Deno.test("the audit page says where the log is broken, also long before its end", async () => {
  await using w = await world();
  const { kv } = w.app.services.store;
  for (let at = 0; at < 30; at++) {
    await createWorkspace(w.app.services, AN_ADMIN, { slug: `team-${at}` });
    await removeWorkspace(w.app.services, AN_ADMIN, `team-${at}`, { force: false });
  }
  const stored = await kv.get<{ action: string }>(keys.auditEntry(2));
  await kv.set(stored.key, { ...stored.value, action: "workspace.remove" });

  assert.match((await w.open("/audit")).text, /whole Its end is sealed, and each of the last 50/);
  const verified = await w.verify();
  assert.match(
    verified.text,
    /broken It is broken at entry 2: its content is not what was written/,
  );
  assert.match((await w.open("/audit")).text, /broken It is broken at entry 2/);

  await kv.delete(keys.auditEntry(50));
  assert.match((await w.open("/audit")).text, /broken at entry 50: entry 50 is missing/);
  await kv.delete(keys.auditHead);
  assert.match((await w.open("/audit")).text, /broken/);
});

Deno.test("an entry that was noted down and is another one now is said, and only to who asked", async () => {
  await using w = await world();

  const wrong = await w.verify(`2:${"0".repeat(64)}`);
  assert.match(wrong.text, /broken at entry 2: its hash is [0-9a-f]{64}, and not the one/);
  assert.match((await w.open("/audit")).text, /whole Its end is sealed/);

  const malformed = await w.verify("2");
  assert.equal(malformed.status, 400);
  assert.match(malformed.text, /It must be an entry's number and its hash/);
  assert.match(malformed.html, /<input(?=[^>]*name="expect")[^>]*value="2"/);
});
