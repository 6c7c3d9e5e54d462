import assert from "node:assert/strict";
import fc from "fast-check";
import { z } from "zod";
import { OPERATIONS } from "../../core/api/operations.ts";
import { INPUTS } from "../../core/api/schemas.ts";
import { verifyAudit } from "../../core/audit/verify_audit.ts";
import { setSecret } from "../../core/secrets/set_secret.ts";
import { createToken } from "../../core/tokens/create_token.ts";
import { installServer } from "../../core/workspaces/install_server.ts";
import { ADMIN_TOKEN, type AdminApi, adminApi } from "../_support/admin_api.ts";
import { AN_ADMIN, someServer, someWorkspace } from "../_support/core.ts";
import { arbitraryOf, type Schema } from "./_schema.ts";
import { assertWellFormed, fuzz, wildJson, wildText } from "./_door.ts";

const SECRET = "the-value-of-the-secret";
const BROKEN_SEGMENTS = ["%zz", "%ff", "%E0%A4%A", "%00", "%2F", "a%0ab"];

/** A stream of events has no end that one could wait for. */
const ENDING = OPERATIONS.filter(({ streams }) => !("text/event-stream" in (streams ?? {})));

const operation = fc.constantFrom(...ENDING);

/** A request of one operation, with a path, a query and a body that are right or not. */
const request = operation.chain(({ method, path, role, query, body }) => {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
  const text = body === undefined ? fc.constant<string | undefined>(undefined) : bodyOf(body);
  return fc.record({
    method: fc.constant(method),
    role: fc.constant(role),
    path: fc.constant(path),
    segments: fc.tuple(...names.map(segmentOf)),
    query: queryOf(query),
    body: fc.oneof({ weight: 6, arbitrary: text }, { weight: 1, arbitrary: wildJson }),
  });
});

Deno.test("any request of any operation of the admin API gets an answer that is no accident", async () => {
  await using api = await adminApi();
  const memberToken = await prepare(api);

  await fuzz(3_000, [request], async ({ method, path, role, segments, query, body }) => {
    const left = [...segments];
    const where = path.replaceAll(/\{\w+\}/g, () => left.shift() ?? "");
    const bearer = role === "member" ? memberToken : ADMIN_TOKEN;
    const headers = new Headers({ authorization: `Bearer ${bearer}` });
    if (body !== undefined) headers.set("content-type", "application/json");
    const sent = new Request(`https://gateway.example.com/api/v1${where}${query}`, {
      method,
      headers,
      body: method === "GET" ? undefined : body,
    });

    const answer = await api.raw(sent);
    const type = answer.headers.get("content-type") ?? "";
    assertWellFormed({ status: answer.status, type, text: answer.text });
    if (answer.status >= 400) assert.equal(typeof answer.body.error.code, "string");
    assert.ok(!answer.text.includes(SECRET));
  });

  assert.equal((await verifyAudit(api.services.audit)).problem, null);
  assert.deepEqual(api.lines.filter((line) => /internal|TypeError/.test(line)), []);
});

/** A server, a workspace, and a member of it, whose token it gives. */
async function prepare(api: AdminApi): Promise<string> {
  const { core, services } = api;
  await someServer(core);
  await someWorkspace(core);
  await setSecret(services, AN_ADMIN, "internal-api", "KEY", { value: SECRET });
  await installServer(services, AN_ADMIN, { server: "internal-api", workspace: "engineering" });
  const email = "alice@example.com";
  const input = { name: "Alice Chen", email };
  return (await createToken(services, AN_ADMIN, "engineering", input)).token;
}

function segmentOf(name: string): fc.Arbitrary<string> {
  const known = name === "server" ? ["internal-api"] : ["internal-api", "engineering", "KEY"];
  return fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...known) },
    { weight: 1, arbitrary: wildText.map(encode).filter((text) => text !== "") },
    { weight: 1, arbitrary: fc.constantFrom(...BROKEN_SEGMENTS) },
  );
}

function queryOf(schema: z.ZodObject | undefined): fc.Arbitrary<string> {
  const name = fc.constantFrom(...Object.keys(schema?.shape ?? {}), "cursor", "limit", "force");
  const value = fc.oneof(wildText, fc.constantFrom("1", "200", "true", "7d", "1e3", "NaN", "-1"));
  return fc.array(fc.tuple(name, value), { maxLength: 3 }).map((all) => {
    const query = all.map(([key, text]) => `${key}=${encode(text)}`).join("&");
    return query === "" ? "" : `?${query}`;
  });
}

function bodyOf(name: keyof typeof INPUTS): fc.Arbitrary<string | undefined> {
  const schema = z.toJSONSchema(INPUTS[name], { io: "input", target: "draft-2020-12" });
  return arbitraryOf(schema as Schema).map((value) => JSON.stringify(value));
}

function encode(text: string): string {
  // A URL leaves out dots by itself.
  return /^\.+$/.test(text) ? "dots" : encodeURIComponent(text.toWellFormed());
}
