import assert from "node:assert/strict";
import { createToken } from "../../core/tokens/create_token.ts";
import { revokeToken } from "../../core/tokens/revoke_token.ts";
import { createWorkspace } from "../../core/workspaces/create_workspace.ts";
import { type RunningApp, startApp } from "../_support/app.ts";
import { AN_ADMIN } from "../_support/core.ts";
import { noticeAfter, problemAt, see, send, typedIn } from "./_forms.ts";

const LIST = "/workspaces/backend/tokens";
const NEW = `${LIST}/new`;

/** The app with an empty workspace, and an admin who signed in. */
async function tokensPage(role: "admin" | "viewer" = "admin") {
  const app = await startApp();
  const { services } = app;
  const { id } = await createWorkspace(services, AN_ADMIN, { slug: "backend", name: "Backend" });
  return {
    app,
    services,
    workspaceId: id,
    cookie: await app.signIn(role),
    tokens: () => services.tokens.listAll(id),
    [Symbol.asyncDispose]: () => app[Symbol.asyncDispose](),
  };
}

/** What the form sends, as the page sent it. */
async function filledIn(app: RunningApp, cookie: string, fields: Record<string, string> = {}) {
  const { html } = await see(app, NEW, cookie);
  const formId = /name="formId" value="([^"]+)"/.exec(html)?.[1];
  assert.ok(formId !== undefined);
  const limits = { "limits.requestsPerMinute": "", "limits.concurrentCalls": "" };
  const policy = { "policy.allow": "", "policy.deny": "" };
  const first = { intent: "create", formId, name: "Alice Chen", email: "", lasts: "90" };
  return { ...first, expiresAt: "", ...policy, ...limits, ...fields };
}

Deno.test("a token is created and shown in that one answer, with configuration for its editor", async () => {
  await using at = await tokensPage();
  const fields = await filledIn(at.app, at.cookie, {
    email: " Alice@example.com ",
    "policy.deny": "db__*\r\n\r\n*_secret",
    "policy.readOnly": "on",
    "limits.concurrentCalls": "3",
  });

  const answer = await send(at.app, NEW, at.cookie, fields);
  const [stored] = await at.tokens();
  const later = await Promise.all(
    [LIST, NEW, `${LIST}/${stored.id}`, "/workspaces/backend/connect", "/members"].map(
      (path) => see(at.app, path, at.cookie),
    ),
  );

  const token = /mwt_alice_[0-9A-Za-z]{34}/.exec(answer.html)?.[0];
  assert.ok(token !== undefined);
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get("cache-control"), "no-store");
  assert.doesNotMatch(answer.headers.get("set-cookie") ?? "", /mwt_/);
  assert.match(answer.html, /data-once.*Bearer mwt_alice_/s);
  assert.deepEqual([stored.name, stored.email], ["Alice Chen", "Alice@example.com"]);
  assert.deepEqual(stored.policy, { allow: [], deny: ["db__*", "*_secret"], readOnly: true });
  assert.deepEqual(stored.limits, { requestsPerMinute: null, concurrentCalls: 3 });
  const days = (Date.parse(stored.expiresAt ?? "") - Date.now()) / 86_400_000;
  assert.ok(days > 89.9 && days <= 90, String(days));
  for (const { html, status } of later) {
    assert.equal(status, 200);
    assert.ok(!html.includes(token));
  }
});

Deno.test("no link of the page that shows a token has the token in it", async () => {
  await using at = await tokensPage();

  const { html } = await send(at.app, NEW, at.cookie, await filledIn(at.app, at.cookie));

  const token = /mwt_alice_[0-9A-Za-z]{34}/.exec(html)?.[0] ?? "none";
  const links = [...html.matchAll(/(?:href|src|action)="([^"]*)"/g)].map(([, link]) => link);
  assert.ok(links.some((link) => link.startsWith("cursor://")));
  assert.ok(links.some((link) => link.startsWith("vscode:mcp/install?")));
  for (const link of links) {
    const config = /config=([^&]+)/.exec(decodeURIComponent(link))?.[1];
    const readable = decodeURIComponent(link) + (config === undefined ? "" : atob(config));
    assert.ok(!readable.includes(token), link);
    assert.doesNotMatch(readable, /mwt_[a-z0-9]+_/);
  }
});

Deno.test("the same form sent twice makes one token, and says which", async () => {
  await using at = await tokensPage();
  const fields = await filledIn(at.app, at.cookie);

  const first = await send(at.app, NEW, at.cookie, fields);
  const again = await send(at.app, NEW, at.cookie, fields);
  const next = await send(at.app, NEW, at.cookie, await filledIn(at.app, at.cookie));

  assert.deepEqual([first.status, again.status, next.status], [200, 409, 200]);
  assert.match(again.html, /This form was sent before: it made the token mwt_alice_.{4}… of Alice/);
  assert.doesNotMatch(again.html, /mwt_alice_[0-9A-Za-z]{34}/);
  assert.equal((await at.tokens()).length, 2);
});

Deno.test("what is wrong with a new token is said at its field, and what was typed stays", async () => {
  await using at = await tokensPage();
  const wrong: [Record<string, string>, string, RegExp][] = [
    [{ name: "  " }, "name", /must have 1 to 100 characters|Fill this in/],
    [{ name: "x".repeat(101) }, "name", /must have 1 to 100 characters/],
    [{ email: "alice" }, "email", /must be an e-mail address/],
    [{ lasts: "date" }, "expiresAt", /Fill this in|must be filled in/],
    [{ lasts: "date", expiresAt: "2020-01-31" }, "expiresAt", /is in the past/],
    [{ lasts: "date", expiresAt: "soon" }, "expiresAt", /must be a date/],
    [{ "policy.allow": `list_*\n${"x".repeat(201)}` }, "policy.allow", /1 to 200 characters/],
    [{ "policy.deny": "tool:" }, "policy.deny", /must have a name/],
    [{ "limits.requestsPerMinute": "0" }, "limits.requestsPerMinute", /from 1 to 1000000/],
    [{ "limits.concurrentCalls": "many" }, "limits.concurrentCalls", /from 1 to 1000000/],
  ];

  for (const [changed, field, sentence] of wrong) {
    const typed = { name: "Alice Chen", email: "alice@example.com", ...changed };
    const answer = await send(at.app, NEW, at.cookie, await filledIn(at.app, at.cookie, typed));
    assert.equal(answer.status, 400, field);
    assert.match(problemAt(answer, field) ?? "", sentence);
    for (const [name, value] of Object.entries(typed)) {
      if (name !== "lasts") assert.equal(typedIn(answer, name)?.trim(), value.trim(), name);
    }
  }
  assert.deepEqual(await at.tokens(), []);
});

Deno.test("a token lasts as long as the form says", async () => {
  await using at = await tokensPage();
  for (const lasts of ["30", "365", "never"]) {
    await send(at.app, NEW, at.cookie, await filledIn(at.app, at.cookie, { name: lasts, lasts }));
  }
  const date = { name: "date", lasts: "date", expiresAt: "2090-01-31" };
  await send(at.app, NEW, at.cookie, await filledIn(at.app, at.cookie, date));

  const ends = new Map((await at.tokens()).map(({ name, expiresAt }) => [name, expiresAt]));
  const days = (name: string) => {
    return Math.round((Date.parse(ends.get(name) ?? "") - Date.now()) / 86_400_000);
  };
  assert.deepEqual([days("30"), days("365"), ends.get("never")], [30, 365, null]);
  assert.equal(ends.get("date"), "2090-01-31T23:59:59.000Z");
});

Deno.test("the list finds, sorts, filters and pages, and shows quietly what is over", async () => {
  await using at = await tokensPage();
  const { services, app, cookie } = at;
  for (let index = 0; index < 27; index++) {
    const name = `Member ${index}`;
    await createToken(services, AN_ADMIN, "backend", { name, email: `m${index}@example.com` });
  }
  const gone = await createToken(services, AN_ADMIN, "backend", { name: "Zoe" });
  await revokeToken(services, AN_ADMIN, "backend", gone.id);
  const rows = async (query: string) => {
    const { html } = await see(app, `${LIST}?${query}`, cookie);
    return [...html.matchAll(/<strong>(Member \d+|Zoe)<\/strong>/g)].map(([, name]) => name);
  };

  assert.deepEqual([(await rows("")).length, (await rows("page=2")).length], [25, 3]);
  assert.deepEqual((await rows("page=2")).at(-1), "Zoe");
  assert.deepEqual((await rows("sort=name&dir=desc")).slice(0, 2), ["Zoe", "Member 26"]);
  assert.deepEqual(await rows("q=m7%40"), ["Member 7"]);
  assert.deepEqual(await rows(`q=${gone.visibleStart}`), ["Zoe"]);
  assert.deepEqual(await rows("status=revoked"), ["Zoe"]);
  assert.equal((await rows("status=active&page=2")).length, 2);
  const { html } = await see(app, `${LIST}?status=revoked`, cookie);
  assert.match(html, /<tr[^>]*class="over"[^>]*>.*Zoe/s);
  assert.match(html, /aria-current="true">Revoked <span class="count">1</);
});

Deno.test("a token's rules are changed from its page, and taken back from the notice", async () => {
  await using at = await tokensPage();
  const { id } = await createToken(at.services, AN_ADMIN, "backend", {
    name: "Alice Chen",
    policy: { allow: ["list_*"], deny: [], readOnly: false },
  });
  const path = `${LIST}/${id}`;
  const fields = {
    intent: "change",
    "policy.allow": "",
    "policy.deny": "drop_*",
    "limits.requestsPerMinute": "60",
    "limits.concurrentCalls": "",
  };

  const changed = await send(at.app, path, at.cookie, fields);
  const [after] = await at.tokens();
  const notice = changed.headers.getSetCookie().join("; ");
  const undo = JSON.parse(
    decodeURIComponent(/aerostack-notice=([^;]+)/.exec(notice)?.[1] ?? ""),
  ).undo;
  await send(at.app, undo.path, at.cookie, undo.fields);
  const [back] = await at.tokens();

  assert.deepEqual([changed.status, changed.location], [303, path]);
  assert.deepEqual(after.policy, { allow: [], deny: ["drop_*"], readOnly: false });
  assert.equal(after.limits.requestsPerMinute, 60);
  assert.deepEqual(back.policy, { allow: ["list_*"], deny: [], readOnly: false });
  assert.equal(back.limits.requestsPerMinute, null);

  const wrong = await send(at.app, path, at.cookie, { ...fields, "policy.deny": "tool:" });
  assert.match(problemAt(wrong, "policy.deny") ?? "", /must have a name/);
  assert.match(typedIn(wrong, "policy.deny") ?? "", /tool:/);
  const limit = { ...fields, "limits.requestsPerMinute": "1.5" };
  const wrongLimit = await send(at.app, path, at.cookie, limit);
  assert.match(problemAt(wrongLimit, "limits.requestsPerMinute") ?? "", /whole number/);
});

Deno.test("a token is revoked from its page, which then has no form", async () => {
  await using at = await tokensPage();
  const { id } = await createToken(at.services, AN_ADMIN, "backend", { name: "Alice Chen" });
  const path = `${LIST}/${id}`;

  const before = await see(at.app, path, at.cookie);
  const revoked = await send(at.app, path, at.cookie, { intent: "revoke" });
  const after = await see(at.app, path, at.cookie);

  assert.match(before.html, /Revoke it now/);
  assert.deepEqual([revoked.status, revoked.location], [303, LIST]);
  assert.match(
    await noticeAfter(at.app, revoked, at.cookie) ?? "",
    /Revoked mwt_alice_.* its streams have ended/,
  );
  assert.notEqual((await at.tokens())[0].revokedAt, null);
  assert.match(after.html, />revoked</);
  assert.doesNotMatch(after.html, /Revoke it now|name="policy\.allow"/);
});

Deno.test("a viewer sees tokens, and has no form to make, change or revoke one", async () => {
  await using at = await tokensPage("viewer");
  const { id } = await createToken(at.services, AN_ADMIN, "backend", { name: "Alice Chen" });
  const path = `${LIST}/${id}`;

  const [list, own, form] = await Promise.all(
    [LIST, path, NEW].map((one) => see(at.app, one, at.cookie)),
  );
  const sent = [
    await send(at.app, NEW, at.cookie, { intent: "create", name: "Bob", lasts: "never" }),
    await send(at.app, path, at.cookie, { intent: "revoke" }),
    await send(at.app, path, at.cookie, { intent: "change" }),
  ];

  assert.deepEqual([list.status, own.status, form.status], [200, 200, 403]);
  assert.doesNotMatch(list.html, /tokens\/new/);
  assert.doesNotMatch(own.html, /name="intent"/);
  assert.deepEqual(sent.map(({ status }) => status), [403, 403, 403]);
  assert.deepEqual((await at.tokens()).map(({ name, revokedAt }) => [name, revokedAt]), [
    ["Alice Chen", null],
  ]);
});

Deno.test("what is not there is said: a workspace, a token, an empty list", async () => {
  await using at = await tokensPage();
  const other = await createWorkspace(at.services, AN_ADMIN, { slug: "other" });
  const { id } = await createToken(at.services, AN_ADMIN, "other", { name: "Alice Chen" });
  assert.ok(other.id !== at.workspaceId);

  const empty = await see(at.app, LIST, at.cookie);
  const missing = await Promise.all(
    ["/workspaces/nope/tokens", `${LIST}/${id}`, `${LIST}/tok_x`, "/workspaces/nope/tokens/new"]
      .map((path) => see(at.app, path, at.cookie)),
  );

  assert.match(empty.html, /Nobody has a token yet.*Create a token/s);
  assert.deepEqual(missing.map(({ status }) => status), [404, 404, 404, 404]);
});
