import assert from "node:assert/strict";
import { createWorkspace } from "../../core/workspaces/create_workspace.ts";
import { createWebhook } from "../../core/webhooks/create_webhook.ts";
import { removeAdminToken } from "../../core/admins/remove_admin_token.ts";
import { createAdminToken } from "../../core/admins/create_admin_token.ts";
import { type RunningApp, startApp } from "../_support/app.ts";
import { AN_ADMIN } from "../_support/core.ts";
import { eventually } from "../_support/eventually.ts";
import { isSignedBy, startReceiver } from "../webhooks/_receiver.ts";
import { noticeAfter, problemAt, see, send, typedIn } from "./_forms.ts";

const ALLOWED = { AEROSTACK_ALLOW_PRIVATE_UPSTREAMS: "1" };
const FIELDS = {
  intent: "add",
  name: "On call",
  workspaces: "",
  "errorRule.percent": "20",
  "errorRule.minCalls": "20",
  "errorRule.windowMinutes": "5",
};

const revokeOne = async ({ services }: RunningApp) => {
  const { id } = await createAdminToken(services, AN_ADMIN, { name: "Laptop" });
  await removeAdminToken(services, AN_ADMIN, id);
};

Deno.test("a webhook is added by a form, its secret is shown once, and what it signs arrives", async () => {
  await using app = await startApp(ALLOWED);
  await using receiver = startReceiver();
  const cookie = await app.signIn("admin");
  await createWorkspace(app.services, AN_ADMIN, { slug: "backend" });

  const added = await send(app, "/add/webhook", cookie, {
    ...FIELDS,
    url: receiver.url,
    "kinds[]": ["admin_token.revoked", "leak.detected"],
    workspaces: "",
  });
  const secret = /whsec_[A-Za-z0-9+/=]+/.exec(added.html)?.[0] ?? "";
  const path = /href="(\/settings\/webhooks\/[^"]+)"/.exec(added.html)?.[1] ?? "";
  await revokeOne(app);
  await eventually("a message", () => receiver.got.length === 1);

  assert.equal(added.status, 200);
  assert.ok(isSignedBy(secret, receiver.got[0]));
  const shown = await see(app, path, cookie);
  assert.match(shown.html, /an admin&#39;s token was revoked|an admin's token was revoked/);
  assert.match(shown.html, /<dd>version 1<\/dd>/);
  assert.doesNotMatch(shown.html, /whsec_/);
  await eventually("the delivery", async () => {
    const { html } = await see(app, `${path}?state=delivered`, cookie);
    return /href="\/settings\/deliveries\//.test(html);
  });
});

Deno.test("each wrong field of a webhook is said at it, with what was typed kept", async () => {
  await using app = await startApp();
  const cookie = await app.signIn("admin");

  const answer = await send(app, "/add/webhook", cookie, {
    ...FIELDS,
    name: " ",
    url: "",
    "errorRule.percent": "101",
    "errorRule.minCalls": "many",
    "errorRule.windowMinutes": "0",
    workspaces: "Back End",
  });

  assert.equal(answer.status, 400);
  assert.match(problemAt(answer, "name") ?? "", /must have 1 to 100 characters/);
  assert.equal(problemAt(answer, "url"), "Fill this in.");
  assert.match(problemAt(answer, "errorRule.percent") ?? "", /must be 1 to 100/);
  assert.match(
    problemAt(answer, "errorRule.minCalls") ?? "",
    /must be 1 to 1000000 calls|is not valid/,
  );
  assert.match(problemAt(answer, "errorRule.windowMinutes") ?? "", /must be 1 to 60 minutes/);
  assert.match(problemAt(answer, "workspaces") ?? "", /must be lower-case/);
  assert.equal(typedIn(answer, "errorRule.minCalls"), "many");
  assert.equal(typedIn(answer, "workspaces"), "Back End");
});

Deno.test("an address that the rules refuse, an unknown workspace and a name that is taken are said at their fields", async () => {
  await using app = await startApp();
  const cookie = await app.signIn("admin");
  const url = "https://93.184.216.34/hook";
  await createWebhook(app.services, AN_ADMIN, { name: "On call", url });
  const add = (fields: Record<string, string>) =>
    send(app, "/add/webhook", cookie, { ...FIELDS, name: "Another", url, ...fields });

  const inside = await add({ url: "http://127.0.0.1:9/hook" });
  const unknown = await add({ workspaces: "nowhere" });
  const taken = await add({ name: "On call" });

  assert.deepEqual([inside.status, unknown.status, taken.status], [400, 404, 409]);
  assert.match(problemAt(inside, "url") ?? "", /127\.0\.0\.1|https/);
  assert.equal(typedIn(inside, "url"), "http://127.0.0.1:9/hook");
  assert.match(problemAt(unknown, "workspaces") ?? unknown.html, /nowhere/);
  assert.match(problemAt(taken, "name") ?? taken.html, /On call/);
  assert.equal((await app.services.webhooks.list()).length, 1);
});

Deno.test("a webhook is changed, and what was changed is taken back", async () => {
  await using app = await startApp(ALLOWED);
  const cookie = await app.signIn("admin");
  const { services } = app;
  const input = { name: "On call", url: "http://127.0.0.1:9/hook?key=abcdef" };
  const { id } = await createWebhook(services, AN_ADMIN, input);
  const path = `/settings/webhooks/${id}`;

  const fields = {
    ...FIELDS,
    intent: "change",
    name: "Pager",
    url: "",
    "kinds[]": "leak.detected",
  };
  const changed = await send(app, path, cookie, fields);
  const after = await services.webhooks.get(id);

  assert.equal(changed.status, 303);
  assert.equal(await noticeAfter(app, changed, cookie), "Saved Pager.");
  assert.deepEqual([after?.name, after?.kinds], ["Pager", ["leak.detected"]]);
  assert.equal(after?.url, input.url);
  const { html } = await see(app, path, cookie);
  assert.doesNotMatch(html, /abcdef/);

  const undo = { ...FIELDS, intent: "change", name: "On call", url: "" };
  await send(app, path, cookie, undo);
  const again = await services.webhooks.get(id);
  assert.deepEqual([again?.name, again?.kinds, again?.url], ["On call", null, input.url]);
});

Deno.test("a webhook is tried, disabled, enabled, rotated and removed by its name", async () => {
  await using app = await startApp(ALLOWED);
  await using receiver = startReceiver();
  const cookie = await app.signIn("admin");
  const { services } = app;
  const { id } = await createWebhook(services, AN_ADMIN, { name: "On call", url: receiver.url });
  const path = `/settings/webhooks/${id}`;
  const post = (fields: Record<string, string>) => send(app, path, cookie, fields);

  const tried = await post({ intent: "test" });
  assert.match(await noticeAfter(app, tried, cookie) ?? "", /took the message \(HTTP 204\)/);
  receiver.answer = () => new Response("no", { status: 500 });
  const failed = await post({ intent: "test" });
  assert.equal(failed.status, 400);
  assert.match(failed.html, /did not take the message/);

  await post({ intent: "switch", enabled: "no" });
  assert.equal((await services.webhooks.get(id))?.disabled?.reason, "admin");
  await post({ intent: "switch", enabled: "yes" });
  assert.equal((await services.webhooks.get(id))?.disabled, null);

  const wrong = await post({ intent: "rotate", overlapHours: "169" });
  assert.match(problemAt(wrong, "overlapHours") ?? "", /0 to 168 hours/);
  const rotated = await post({ intent: "rotate", overlapHours: "1" });
  assert.match(rotated.html, /whsec_/);
  assert.doesNotMatch((await see(app, path, cookie)).html, /whsec_/);

  const mistyped = await post({ intent: "remove", confirm: "on call" });
  assert.equal(mistyped.status, 400);
  assert.match(problemAt(mistyped, "confirm") ?? "", /Type exactly On call/);
  assert.equal(
    (await post({ intent: "remove", confirm: "On call" })).location,
    "/settings/webhooks",
  );
  assert.equal(await services.webhooks.get(id), null);
});

Deno.test("what was given up is seen with its attempts, and made again one by one or all at once", async () => {
  await using app = await startApp(ALLOWED);
  await using receiver = startReceiver(() => new Response("<b>gone</b>", { status: 410 }));
  const cookie = await app.signIn("admin");
  const { services } = app;
  const { id } = await createWebhook(services, AN_ADMIN, { name: "On call", url: receiver.url });
  const path = `/settings/webhooks/${id}`;
  await revokeOne(app);
  await eventually("a delivery that was given up", async () => {
    const { html } = await see(app, `${path}?state=dead`, cookie);
    return /href="\/settings\/deliveries\//.test(html);
  });

  const list = await see(app, `${path}?state=dead`, cookie);
  const delivery = /href="(\/settings\/deliveries\/[^"]+)"/.exec(list.html)?.[1] ?? "";
  const shown = await see(app, delivery, cookie);
  assert.match(shown.html, /admin_token\.revoked/);
  assert.match(shown.html, /410/);
  assert.doesNotMatch(shown.html, /<b>gone/);

  const refused = await send(app, delivery, cookie, { intent: "resend" });
  assert.equal(refused.status, 409);
  assert.match(refused.html, /is disabled/);
  receiver.answer = () => new Response(null, { status: 204 });
  await send(app, path, cookie, { intent: "switch", enabled: "yes" });
  assert.equal((await send(app, delivery, cookie, { intent: "resend" })).location, delivery);
  await eventually("another message", () => receiver.got.length === 2);
  const all = await send(app, path, cookie, { intent: "resend" });
  assert.match(await noticeAfter(app, all, cookie) ?? "", /0 deliveries/);
});

Deno.test("a viewer sees webhooks without a form, and can send none", async () => {
  await using app = await startApp(ALLOWED);
  const cookie = await app.signIn("viewer");
  const input = { name: "On call", url: "http://127.0.0.1:9/hook" };
  const { id } = await createWebhook(app.services, AN_ADMIN, input);
  const path = `/settings/webhooks/${id}`;

  for (const each of [path, "/settings/webhooks", "/settings/sinks", "/settings"]) {
    const { status, html } = await see(app, each, cookie);
    assert.equal(status, 200, each);
    const forms = [...html.matchAll(/<form[^>]*method="post"[^>]*action="([^"]*)"/g)];
    assert.equal([...html.matchAll(/<form[^>]*method="post"/g)].length, forms.length, each);
    const own = forms.map(([, action]) => action).filter((path) => !path.startsWith("/theme"));
    assert.deepEqual(own, ["/auth/sign-out"], each);
  }
  for (const intent of ["change", "switch", "test", "rotate", "resend", "remove"]) {
    assert.equal((await send(app, path, cookie, { intent })).status, 403, intent);
  }
  assert.equal((await see(app, "/add/webhook", cookie)).status, 403);
  assert.notEqual(await app.services.webhooks.get(id), null);
});
