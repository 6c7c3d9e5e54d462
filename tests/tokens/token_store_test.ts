import assert from "node:assert/strict";
import { createToken } from "../../core/tokens/create_token.ts";
import { keys } from "../../core/kv/keys.ts";
import { newTokenId } from "../../core/ids.ts";
import type { Token } from "../../core/tokens/token.ts";
import { hashToken } from "../../core/tokens/token_text.ts";
import {
  AN_ADMIN,
  epochOf,
  someWorkspace,
  START,
  type TestCore,
  testCore,
} from "../_support/core.ts";
import type { Workspace } from "../../core/workspaces/workspace.ts";

Deno.test("TokenStore.findByHash() finds a token by its text's hash, and no other", async () => {
  using core = await testCore();
  await someWorkspace(core);
  const created = await createToken(core, AN_ADMIN, "engineering", { name: "Alice" });

  const found = await core.tokens.findByHash(hashToken(created.token));

  assert.equal(found?.id, created.id);
  assert.equal(await core.tokens.findByHash(hashToken("another")), null);
});

Deno.test("TokenStore keeps no token text", async () => {
  using core = await testCore();
  await someWorkspace(core);
  const { token } = await createToken(core, AN_ADMIN, "engineering", { name: "Alice" });

  const entries = await Array.fromAsync(core.kv.list({ prefix: [] }));

  const dump = Deno.inspect(entries, { depth: 9, strAbbreviateSize: 99_999 });
  assert.ok(dump.includes(hashToken(token)));
  assert.ok(!dump.includes(token.slice(15)));
});

Deno.test("TokenStore.revoke() touches the workspace once, and keeps the first date", async () => {
  using core = await testCore();
  const workspace = await someWorkspace(core);
  const created = await createToken(core, AN_ADMIN, "engineering", { name: "Alice" });
  const token = { id: created.id, workspaceId: workspace.id };
  const before = await epochOf(core, workspace.id);

  const first = await core.tokens.revoke(AN_ADMIN, token, START);
  const second = await core.tokens.revoke(AN_ADMIN, token, new Date(START.getTime() + 1000));

  assert.equal(first?.revokedAt, START.toISOString());
  assert.equal(second?.revokedAt, START.toISOString());
  assert.equal(await epochOf(core, workspace.id), before + 1n);
});

Deno.test("TokenStore.add() refuses a workspace that was removed meanwhile", async () => {
  using core = await testCore();
  const workspace = await someWorkspace(core);
  await core.workspaces.remove(AN_ADMIN, workspace);

  assert.equal(await core.tokens.add(AN_ADMIN, tokenOf(workspace, 1), START), false);
});

Deno.test("TokenStore.add() refuses the 5,001st active token, and forgets a spent one", async () => {
  using core = await testCore();
  const workspace = await someWorkspace(core);
  const tokens = Array.from({ length: 5_000 }, (_, at) => tokenOf(workspace, at));
  await putAll(core, tokens);

  await assert.rejects(core.tokens.add(AN_ADMIN, tokenOf(workspace, 5_001), START), {
    code: "limit_reached",
    message: /5000 active tokens/,
  });

  await core.tokens.revoke(AN_ADMIN, tokens[0], START);
  assert.ok(await core.tokens.add(AN_ADMIN, tokenOf(workspace, 5_001), START));
  assert.equal(await core.tokens.findByHash(tokens[0].hash), null);
});

Deno.test("TokenStore names the key of a record that it cannot read", async () => {
  using core = await testCore();
  const workspace = await someWorkspace(core);
  const { id } = tokenOf(workspace, 1);
  await core.kv.set(keys.token(workspace.id, id), { id, hash: "SENSITIVE" });

  await assert.rejects(core.tokens.get(workspace.id, id), (error: Error) => {
    assert.match(error.message, new RegExp(`Cannot read record .*${id}.*: wrong in .*hash`));
    assert.ok(!error.message.includes("SENSITIVE"));
    return true;
  });
});

function tokenOf(workspace: Workspace, at: number): Token {
  return {
    id: newTokenId(),
    workspaceId: workspace.id,
    name: `Person ${at}`,
    email: null,
    hash: hashToken(`token ${at}`),
    visibleStart: `mwt_person_${at}`,
    createdAt: START.toISOString(),
    expiresAt: null,
    revokedAt: null,
    policy: null,
    limits: { requestsPerMinute: null, concurrentCalls: null },
  };
}

async function putAll(core: TestCore, tokens: Token[]): Promise<void> {
  for (let at = 0; at < tokens.length; at += 400) {
    const atomic = core.kv.atomic();
    for (const token of tokens.slice(at, at + 400)) {
      const { workspaceId, id } = token;
      atomic.set(keys.token(workspaceId, id), token)
        .set(keys.tokenByHash(token.hash), { workspaceId, id });
    }
    await atomic.commit();
  }
}
