import assert from "node:assert/strict";
import { secretsTable } from "../../cli/secrets_table.ts";
import { SECRET, SERVER } from "./_answers.ts";
import { aerostack } from "./_command.ts";
import { startStub } from "./_stub_gateway.ts";
import { SecretView } from "../../core/secrets/secret.ts";

const BEARER = { kind: "header", name: "Authorization", template: "Bearer {{value}}" };
const OWN = { ...SECRET, name: "OWN", perMember: true, isSet: false, rules: [BEARER] };

Deno.test("mcp show says of each secret where it goes, its version, who set it and when", async () => {
  const server = { ...SERVER, secrets: [SECRET, { ...OWN, membersSet: 2 }] };
  await using stub = startStub({ "GET /servers/internal-api": { body: server } });
  const env = { AEROSTACK_URL: stub.url, AEROSTACK_TOKEN: "aat_test" };

  const { code, out } = await aerostack(["mcp", "show", "internal-api"], { env });

  assert.equal(code, 0);
  assert.match(out, /\n\nSECRET +SENT AS +VERSION +SET +BY +VALUE\n/);
  assert.match(out, /API_KEY +header API_KEY +2 +.* ago +deploy script +shared\n/);
  assert.match(out, /OWN +header Authorization as "Bearer \{\{value\}\}" .*own of 2 members\n?/);
});

Deno.test("secrets list tells an own value from a shared one that stands in for it", () => {
  const views = [
    { ...OWN, membersSet: 0 },
    { ...OWN, membersSet: 1, isSet: true },
  ].map((view) => SecretView.parse(view));
  const table = secretsTable(views, new Date("2026-11-02T10:00:00.000Z"));

  assert.match(table, /each member's own\n.*own of 1 member, else shared$/);
});
