import assert from "node:assert/strict";
import { OPERATIONS } from "../../core/api/operations.ts";
import { setMemberSecret } from "../../core/members/set_member_secret.ts";
import { injectSecret } from "../../core/secrets/inject_secret.ts";
import { setSecret } from "../../core/secrets/set_secret.ts";
import { registerServer } from "../../core/servers/register_server.ts";
import { createToken } from "../../core/tokens/create_token.ts";
import { hashToken } from "../../core/tokens/token_text.ts";
import { createWorkspace } from "../../core/workspaces/create_workspace.ts";
import { installServer } from "../../core/workspaces/install_server.ts";
import { PAGE_RULES } from "../../routes/(pages)/(_http)/page_rules.ts";
import { startApp } from "../_support/app.ts";
import { AN_ADMIN } from "../_support/core.ts";

const ADMIN_TOKEN = "an-admin-token-0123456789";

/** Two values that nothing else begins like, of lengths that nothing else is. */
const CANARIES = [
  { value: `Zq9xCanary~${"k7".repeat(2_000)}`, marks: ["Zq9x", "4011"] },
  { value: `Yw8vCanary~${"j5".repeat(1_500)}`, marks: ["Yw8v", "3011"] },
];

/** What gives a value away: its beginning, its length, or the value in another form. */
function signsOf({ value, marks }: typeof CANARIES[number]): RegExp[] {
  const [prefix, length] = marks;
  assert.equal(String(value.length), length);
  const base64 = btoa(value).slice(0, 8);
  const hex = new TextEncoder().encode(value.slice(0, 6)).toHex();
  // The digits may be a part of some hash; as a number they stand alone.
  return [...[prefix, base64, hex].map((text) => new RegExp(text)), new RegExp(`\\b${length}\\b`)];
}

Deno.test("no answer of the API and no page shows a secret, its length or its beginning", async () => {
  await using app = await startApp({
    AEROSTACK_ADMIN_TOKEN: ADMIN_TOKEN,
    AEROSTACK_ALLOW_PRIVATE_UPSTREAMS: "1",
  });
  const { services } = app;
  const [shared, own] = CANARIES;
  await createWorkspace(services, AN_ADMIN, { slug: "team" });
  const url = "http://127.0.0.1:1/mcp";
  await registerServer(services, AN_ADMIN, { slug: "notes", name: "Notes", url });
  await installServer(services, AN_ADMIN, { workspace: "team", server: "notes" });
  const rules = [{ kind: "header" as const, name: "X-Key", template: "Bearer {{value}}" }];
  await setSecret(services, AN_ADMIN, "notes", "KEY", { value: shared.value, rules });
  await injectSecret(services, AN_ADMIN, "notes", "KEY", { add: [{ kind: "query", name: "key" }] });
  const stands = { perMember: true, value: shared.value };
  await setSecret(services, AN_ADMIN, "notes", "OWN", stands);
  const alice = await createToken(services, AN_ADMIN, "team", { name: "Alice", email: "a@b.org" });
  const token = await services.tokens.findByHash(hashToken(alice.token));
  assert.ok(token !== null);
  const ref = { token, via: "api" as const, server: "notes", name: "OWN" };
  await setMemberSecret(services, ref, { value: own.value });

  const texts: [where: string, text: string][] = [];
  const ask = async (path: string, init: RequestInit) => {
    const response = await app.ask(path, init);
    const headers = JSON.stringify(
      [...response.headers].filter(([name]) => name !== "content-length"),
    );
    texts.push([`${init.method} ${path}`, headers + await response.text()]);
  };
  const json = { "content-type": "application/json" };
  const bodies: Record<string, unknown> = {
    // What is wrong with it must be said without it.
    "PUT /servers/{slug}/secrets/{name}": { value: shared.value, rules: [{ kind: "no" }] },
    "PATCH /servers/{slug}/secrets/{name}": { add: [{ kind: "header", name: "Host" }] },
    "PUT /me/secrets/{server}/{name}": { value: `${own.value}\n` },
  };
  const harmless = OPERATIONS.filter(({ method, path, streams }) => {
    // What it streams is what the list and the export of calls show, and it has no end.
    if ("text/event-stream" in (streams ?? {})) return false;
    return method === "GET" || bodies[`${method} ${path}`] !== undefined || path.endsWith("/test");
  });
  for (const { method, path, role } of harmless) {
    const bearer = role === "member" ? alice.token : ADMIN_TOKEN;
    const body = bodies[`${method} ${path}`] ?? (method === "POST" ? {} : undefined);
    const places: Record<string, string> = { name: "OWN", server: "notes", email: "a@b.org" };
    const filled = path.replaceAll(/\{(\w+)\}/g, (_, part) => {
      return places[part] ?? (path.startsWith("/workspaces") ? "team" : "notes");
    });
    await ask(`/api/v1${filled}`, {
      method,
      headers: { authorization: `Bearer ${bearer}`, ...(body === undefined ? {} : json) },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  }

  const admin = await app.signIn();
  const entered = await app.submit("/me", { fields: { token: alice.token } });
  await entered.body?.cancel();
  const cookie = `${admin}; ${entered.headers.get("set-cookie")?.split(";")[0]}`;
  for (const [pattern, { GET }] of Object.entries(PAGE_RULES)) {
    // It only says that something changed, and has no end.
    if (GET === undefined || pattern === "/live") continue;
    const parts: Record<string, string> = {
      server: "notes",
      email: "a@b.org",
      workspace: "team",
      token: alice.id,
      slug: pattern.startsWith("/workspaces") ? "team" : "notes",
    };
    const path = pattern.replaceAll(/:(\w+)/g, (_, part) => parts[part] ?? "x");
    await ask(path, { method: "GET", headers: { cookie } });
  }
  const wrong = { server: "notes", name: "OWN", intent: "set", value: `${own.value} ` };
  const form = await app.submit("/me/secrets", { cookie, fields: wrong });
  texts.push(["POST /me/secrets", await form.text()]);

  assert.ok(texts.length > 25, String(texts.length));
  assert.ok(texts.some(([, text]) => text.includes('membersSet":1')), "the secrets are looked at");
  for (const [where, text] of texts) {
    for (const canary of CANARIES) {
      for (const sign of signsOf(canary)) assert.doesNotMatch(text, sign, where);
    }
  }
});
