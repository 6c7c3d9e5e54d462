import assert from "node:assert/strict";
import fc from "fast-check";
import { ERROR_KINDS } from "../../core/errors.ts";
import { type RunningApp, startApp } from "../_support/app.ts";
import { ADMIN_TOKEN } from "../_support/admin_api.ts";
import { assertWellFormed, fuzz, headerText, wildText } from "./_door.ts";

const PATHS = [
  "/",
  "/settings/tokens",
  "/audit",
  "/sign-in",
  "/auth/sign-out",
  "/auth/link/a",
  "/me",
];
const FIELDS = ["name", "role", "days", "action", "id", "code", "value", "reason"];

/** That a page or a refusal came, and no accident. */
async function assertPage(app: RunningApp, pending: Promise<Response>, origin: string) {
  const response = await pending;
  const text = await response.text();
  assert.ok(response.status < 500, `${response.status} ${text.slice(0, 300)}`);
  assert.ok(!text.includes(ERROR_KINDS.internal.message));
  assert.ok(!/<script>alert/.test(text), "what was sent is part of the page");
  const where = response.headers.get("location");
  if (where !== null) assert.equal(new URL(where, app.origin).origin, origin);
}

Deno.test("any form of any page gets a page or a refusal, whoever sends it", async () => {
  await using app = await startApp();
  const cookie = await app.signIn();
  const field = fc.oneof(
    wildText,
    fc.constantFrom("Alice Chen", "owner", "<script>alert(1)</script>"),
  );
  const fields = fc.dictionary(fc.oneof(fc.constantFrom(...FIELDS), wildText), field, {
    maxKeys: 5,
  });
  const who = fc.oneof(
    fc.constant(cookie),
    headerText.map((text) => `${cookie}; ${text}`),
    headerText,
  );

  await fuzz(300, [fc.constantFrom(...PATHS), fields, who], async (path, given, jar) => {
    // Signed out, the others would see one page only.
    if (path === "/auth/sign-out" && jar.startsWith(cookie)) return;
    const sent = app.submit(path, { fields: { ...given }, cookie: jar.trim() });
    await assertPage(app, sent, app.origin);
  });
});

Deno.test("any address, with any query, is answered with a page or a refusal", async () => {
  await using app = await startApp();
  const cookie = await app.signIn();
  const part = fc.oneof(
    wildText.map((text) => encodeURIComponent(text.toWellFormed())),
    fc.constantFrom("%zz", "%ff", "%00", "..", "%2e%2e%2f", "api", "v1", "ws", "sse", "static"),
  );
  const path = fc.oneof(
    fc.constantFrom(...PATHS),
    fc.array(part, { maxLength: 4 }).map((parts) => `/${parts.join("/")}`),
  );
  const query = fc.tuple(fc.constantFrom("cursor", "next", "actor", "limit", "to"), part);

  await fuzz(400, [path, query, fc.boolean()], async (where, [name, value], isKnown) => {
    const headers: Record<string, string> = isKnown ? { cookie } : {};
    // Two slashes at the start would be another host's address.
    const address = `${where.replace(/^\/+/, "/")}?${name}=${value}`;
    await assertPage(app, app.ask(address, { headers }), app.origin);
  });
});

Deno.test("any path below the API is answered in JSON", async () => {
  await using app = await startApp({ AEROSTACK_ADMIN_TOKEN: ADMIN_TOKEN });
  const segment = fc.oneof(
    wildText.map((text) => encodeURIComponent(text.toWellFormed())),
    fc.constantFrom("%zz", "%ff", "%00", "%E0%A4%A", "servers", "workspaces", "secrets", "me"),
  );
  const path = fc.array(segment, { minLength: 1, maxLength: 5 }).map((all) => all.join("/"))
    .filter((text) => !/(^|\/)\.{1,2}(\/|$)/.test(text));
  const method = fc.constantFrom("GET", "POST", "PUT", "PATCH", "DELETE");

  await fuzz(400, [path, method], async (where, how) => {
    const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
    const response = await app.ask(`/api/v1/${where}`, { method: how, headers });
    const type = response.headers.get("content-type") ?? "";
    assertWellFormed({ status: response.status, type, text: await response.text() });
    assert.match(type, /^application\/json/);
  });
});
