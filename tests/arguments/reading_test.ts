import assert from "node:assert/strict";
import type { Role } from "../../core/admins/role.ts";
import { createAdminToken } from "../../core/admins/create_admin_token.ts";
import { keepArguments } from "../../core/arguments/change_argument_logging.ts";
import type { CallView } from "../../core/calls/call.ts";
import { verifyAudit } from "../../core/audit/verify_audit.ts";
import { keys } from "../../core/kv/keys.ts";
import { createWorkspace } from "../../core/workspaces/create_workspace.ts";
import { type AdminApi, adminApi } from "../_support/admin_api.ts";
import { AN_ADMIN } from "../_support/core.ts";
import { someCall } from "../calls/_support.ts";

const CANARY = "orders of May for the north";
const DAY_MS = 24 * 60 * 60 * 1000;

/** A workspace that keeps arguments, with one call on the record. */
async function ready(api: AdminApi) {
  const { services } = api;
  await createWorkspace(services, AN_ADMIN, { slug: "team" });
  await createWorkspace(services, AN_ADMIN, { slug: "other" });
  const team = await keepArguments(services, AN_ADMIN, "team", {});
  const seal = await services.callArguments.openKey(team.id);
  assert.ok(seal !== null);
  const json = new TextEncoder().encode(JSON.stringify({ query: CANARY }));
  const at = api.core.now().toISOString();
  const call = someCall({ at, argumentsKept: true });
  await services.callLog.record(team, call, { seal, json });
  await services.callLog.record(team, someCall({ at, tool: "without" }));
  const { items } = await services.callQueries.list(team, { limit: 10, cursor: null });
  const [without, kept] = items;
  return { team, kept, without };
}

async function bearerOf({ services }: AdminApi, role: Role): Promise<HeadersInit> {
  const { token } = await createAdminToken(services, AN_ADMIN, { name: `A ${role}`, role });
  return { authorization: `Bearer ${token}` };
}

async function entries({ services }: AdminApi) {
  return (await services.audit.list({ limit: 100, cursor: null })).items;
}

const path = ({ id }: Pick<CallView, "id">) => `/workspaces/team/calls/${id}`;

Deno.test("the record of a call is every viewer's, and never has arguments", async () => {
  await using api = await adminApi();
  const { kept } = await ready(api);

  const { status, body, text } = await api.send(
    "GET",
    path(kept),
    undefined,
    await bearerOf(api, "viewer"),
  );

  assert.equal(status, 200);
  assert.deepEqual(body, JSON.parse(JSON.stringify(kept)));
  assert.equal(body.argumentsKept, true);
  assert.ok(!text.includes(CANARY));
});

Deno.test("owners read arguments; anybody else is told the role, and nothing is on the audit log", async () => {
  await using api = await adminApi();
  const { kept } = await ready(api);
  const headers = new Map<Role, HeadersInit>();
  for (const role of ["viewer", "admin", "owner"] as const) {
    headers.set(role, await bearerOf(api, role));
  }
  const before = (await entries(api)).length;

  for (const role of ["viewer", "admin"] as const) {
    const refused = await api.send("GET", `${path(kept)}/arguments`, undefined, headers.get(role));
    assert.equal(refused.status, 403);
    assert.match(refused.body.error.message, /needs the role owner/);
    assert.ok(!refused.text.includes(CANARY));
  }
  assert.equal((await entries(api)).length, before);

  const read = await api.send("GET", `${path(kept)}/arguments`, undefined, headers.get("owner"));
  assert.equal(read.status, 200);
  assert.deepEqual(read.body, { id: kept.id, arguments: { query: CANARY } });
});

Deno.test("each reading is an entry: who read the arguments of whose call, and not what they were", async () => {
  await using api = await adminApi();
  const { team, kept } = await ready(api);
  const owner = await bearerOf(api, "owner");

  for (let time = 0; time < 2; time++) {
    await api.send("GET", `${path(kept)}/arguments`, undefined, owner);
  }

  const [last, one] = await entries(api);
  for (const entry of [last, one]) {
    assert.equal(entry.action, "arguments.read");
    assert.equal(entry.actor.name, "A owner");
    assert.deepEqual(entry.subject, {
      workspace: "team",
      workspaceId: team.id,
      call: kept.id,
      person: kept.person,
      tokenId: kept.tokenId,
      server: "internal-api",
      tool: "search",
    });
  }
  assert.ok(!JSON.stringify(await entries(api)).includes(CANARY));
  assert.equal((await verifyAudit(api.services.audit)).problem, null);
});

Deno.test("arguments are not given when their reading cannot be put on the audit log", async () => {
  await using api = await adminApi();
  const { kept } = await ready(api);
  const owner = await bearerOf(api, "owner");
  // An end that another master key has sealed, which is not loaded here.
  const head = await api.core.kv.get<object>(keys.auditHead);
  await api.core.kv.set(keys.auditHead, { ...head.value, keyId: "unknown" });

  const { status, text } = await api.send("GET", `${path(kept)}/arguments`, undefined, owner);

  assert.equal(status, 500);
  assert.ok(!text.includes(CANARY));
});

Deno.test("what is not there says why, and is no entry", async () => {
  await using api = await adminApi();
  const { kept, without } = await ready(api);
  const before = (await entries(api)).length;
  const get = async (path: string) => {
    const { status, body } = await api.send("GET", path);
    return `${status} ${body.error?.message}`;
  };

  assert.match(await get(`${path(without)}/arguments`), /^404 No arguments are kept of the call/);
  assert.match(await get(`/workspaces/other/calls/${kept.id}`), /^404 There is no call/);
  assert.match(await get(`/workspaces/other/calls/${kept.id}/arguments`), /^404 There is no call/);
  assert.match(await get("/workspaces/team/calls/nonsense"), /^404 There is no call "nonsense"/);
  assert.match(await get(path({ id: `${kept.id}9` })), /^404/);
  assert.match(await get(path({ id: "00000000000000000000-0" })), /^404/);
  assert.equal((await entries(api)).length, before);
});

Deno.test("a call that is older than calls are kept is not found, and so are its arguments", async () => {
  await using api = await adminApi();
  const { kept } = await ready(api);

  api.core.advance(91 * DAY_MS);

  assert.equal((await api.send("GET", path(kept))).status, 404);
  assert.equal((await api.send("GET", `${path(kept)}/arguments`)).status, 404);
});

Deno.test("no list, report or log of the API has arguments", async () => {
  await using api = await adminApi();
  await ready(api);

  const exports = ["calls/export?format=jsonl", "calls/export?format=csv"];
  for (const path of ["calls", ...exports, "analytics", "tokens", ""]) {
    const { status, text } = await api.send("GET", `/workspaces/team/${path}`.replace(/\/$/, ""));
    assert.equal(status, 200, path);
    assert.ok(!text.includes("orders"), path);
  }
  for (const path of ["/audit", "/events", "/workspaces"]) {
    assert.ok(!(await api.send("GET", path)).text.includes("orders"), path);
  }
  assert.ok(!api.lines.join("\n").includes("orders"));
});

Deno.test("keeping is said by owners: what is left out stays, and wrong values are named", async () => {
  await using api = await adminApi();
  await createWorkspace(api.services, AN_ADMIN, { slug: "team" });
  const put = async (body?: unknown) => {
    const { status, body: answer } = await api.send(
      "PUT",
      "/workspaces/team/argument-logging",
      body,
    );
    return status === 200 ? answer.logArguments : `${status} ${answer.error.field}`;
  };

  assert.deepEqual(await put(), { maxBytes: 2_048, redact: [] });
  assert.deepEqual(await put({ redact: ["*.email"] }), { maxBytes: 2_048, redact: ["*.email"] });
  assert.deepEqual(await put({ maxBytes: 4_096 }), { maxBytes: 4_096, redact: ["*.email"] });
  assert.equal(await put({ maxBytes: 255 }), "400 maxBytes");
  assert.equal(await put({ maxBytes: 16_385 }), "400 maxBytes");
  assert.equal(await put({ redact: [""] }), "400 redact.0");
  assert.equal(await put({ redact: Array(51).fill("a") }), "400 redact");
  assert.equal(await put({ redacted: [] }), "400 redacted");
  const { body: wrong } = await api.send("PUT", "/workspaces/team/argument-logging", {
    maxBytes: 1,
  });
  assert.match(wrong.error.message, /"maxBytes" is "1", which must be a whole number from 256/);
  const patched = await api.send("PATCH", "/workspaces/team", { logArguments: null });
  assert.equal(patched.status, 400);
  const off = await api.send("DELETE", "/workspaces/team/argument-logging");
  assert.equal(off.body.logArguments, null);
  const [entry] = await entries(api);
  assert.equal(entry.action, "arguments.stop");
  assert.deepEqual(Object.keys(entry.changes), ["logArguments"]);
});
