import assert from "node:assert/strict";
import { NameIndex } from "../../core/overview/name_index.ts";
import { createToken } from "../../core/tokens/create_token.ts";
import { revokeToken } from "../../core/tokens/revoke_token.ts";
import { updateServer } from "../../core/servers/update_server.ts";
import { AN_ADMIN, someServer, someWorkspace, testCore } from "../_support/core.ts";

Deno.test("names are those of this moment: added, renamed and gone", async () => {
  using core = await testCore();
  const names = new NameIndex(core);
  const shown = async () => (await names.read()).map(({ kind, name, key }) => [kind, name, key]);
  assert.deepEqual(await shown(), []);

  const { slug } = await someServer(core, "jira");
  await someWorkspace(core, "team");
  const who = { name: "Alice Chen", email: "alice@example.com" };
  const { id } = await createToken(core, AN_ADMIN, "team", who);
  assert.deepEqual(await shown(), [
    ["server", "Server jira", "jira"],
    ["workspace", "team", "team"],
    ["member", "alice@example.com", "alice@example.com"],
  ]);

  await updateServer(core, AN_ADMIN, slug, { name: "Jira Cloud" });
  await revokeToken(core, AN_ADMIN, "team", id);
  assert.deepEqual(await shown(), [["server", "Jira Cloud", "jira"], [
    "workspace",
    "team",
    "team",
  ]]);
});

Deno.test("a person with several tokens has one name", async () => {
  using core = await testCore();
  await someWorkspace(core, "team");
  const who = { name: "Alice Chen", email: "alice@example.com" };
  await createToken(core, AN_ADMIN, "team", who);
  await createToken(core, AN_ADMIN, "team", who);

  assert.equal(
    (await new NameIndex(core).read()).filter(({ kind }) => kind === "member").length,
    1,
  );
});

Deno.test("while nothing changes, the lists are not read again; what failed is", async () => {
  using core = await testCore();
  await someWorkspace(core, "team");
  let reads = 0;
  const counted = {
    ...core,
    members: {
      people: () => {
        reads += 1;
        return reads === 1 ? Promise.reject(new Error("no store")) : Promise.resolve([]);
      },
    },
  };
  const names = new NameIndex(counted as unknown as typeof core);

  await assert.rejects(names.read(), /no store/);
  await names.read();
  await Promise.all([names.read(), names.read()]);

  assert.equal(reads, 2);
});
