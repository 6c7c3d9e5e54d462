import assert from "node:assert/strict";
import { WorkspaceId } from "../../core/ids.ts";
import { keys } from "../../core/kv/keys.ts";
import { memberEmail } from "../../core/members/member.ts";
import { Token } from "../../core/tokens/token.ts";

/** Every record of a kind, by the rest of its key. */
async function all(kv: Deno.Kv, kind: string): Promise<Map<string, unknown>> {
  const found = new Map<string, unknown>();
  for await (const { key, value } of kv.list({ prefix: [kind] })) {
    found.set(key.slice(1).join(" "), value);
  }
  return found;
}

/** Fails when something leads nowhere, or is not led to. */
export async function assertWhole(kv: Deno.Kv, where: string): Promise<void> {
  const [workspaces, workspaceSlugs, servers, serverSlugs] = await Promise.all([
    all(kv, "workspace"),
    all(kv, "workspace_by_slug"),
    all(kv, "server"),
    all(kv, "server_by_slug"),
  ]);
  assert.deepEqual(sorted(workspaceSlugs.values()), sorted(workspaces.keys()), where);
  assert.deepEqual(sorted(serverSlugs.values()), sorted(servers.keys()), where);

  const [installs, installedIn, secrets] = await Promise.all([
    all(kv, "install"),
    all(kv, "installed_in"),
    all(kv, "secret"),
  ]);
  const turned = [...installedIn.keys()].map((key) => key.split(" ").reverse().join(" "));
  assert.deepEqual(sorted(turned), sorted(installs.keys()), where);
  for (const key of installs.keys()) {
    const [workspace, server] = key.split(" ");
    assert.ok(workspaces.has(workspace) && servers.has(server), `${where}: install ${key}`);
  }
  for (const key of secrets.keys()) {
    assert.ok(servers.has(key.split(" ")[0]), `${where}: secret ${key}`);
  }
  await assertTokens(kv, workspaces, where);
}

async function assertTokens(
  kv: Deno.Kv,
  workspaces: ReadonlyMap<string, unknown>,
  where: string,
): Promise<void> {
  const [tokens, byHash, byEmail] = await Promise.all([
    all(kv, "token"),
    all(kv, "token_by_hash"),
    all(kv, "token_by_email"),
  ]);
  const parsed = [...tokens.values()].map((value) => Token.parse(value));
  for (const { id, workspaceId } of parsed) {
    assert.ok(workspaces.has(workspaceId), `${where}: token ${id}`);
  }
  assert.deepEqual(sorted(byHash.keys()), sorted(parsed.map(({ hash }) => hash)), where);
  const live = parsed.flatMap(({ email, workspaceId, id, revokedAt }) =>
    email === null || revokedAt !== null ? [] : [`${memberEmail(email)} ${workspaceId} ${id}`]
  );
  assert.deepEqual(sorted(byEmail.keys()), sorted(live), where);
}

/** A workspace's configuration epoch. */
export async function epochOf(kv: Deno.Kv, id: WorkspaceId): Promise<number> {
  const { value } = await kv.get<Deno.KvU64>(keys.epoch(WorkspaceId.parse(id)));
  return Number(value?.value ?? 0n);
}

function sorted(texts: Iterable<unknown>): string[] {
  return [...texts].map(String).sort();
}
