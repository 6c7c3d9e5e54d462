import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { verifyAudit } from "../../core/audit/verify_audit.ts";
import { openStore } from "../../core/kv/open_store.ts";
import { createToken } from "../../core/tokens/create_token.ts";
import { AN_ADMIN, coreOn, someWorkspace } from "../_support/core.ts";

const CHILD = fileURLToPath(new URL("./_children/revoker.ts", import.meta.url));
const TOKENS = 300;

Deno.test("a process that is killed while it revokes leaves no revocation without its entry", async () => {
  const folder = await Deno.makeTempDir({ prefix: "aerostack_audit_" });
  const store = await openStore(`${folder}/kv.sqlite3`);
  try {
    using core = coreOn({ ...store, [Symbol.dispose]: () => store.close() });
    const { id } = await someWorkspace(core);
    await Promise.all(
      Array.from(
        { length: TOKENS },
        () => createToken(core, AN_ADMIN, "engineering", { name: "Alice Chen" }),
      ),
    );

    for (let round = 0; round < 3; round++) await killWhileRevoking(`${folder}/kv.sqlite3`);

    const tokens = await core.tokens.listAll(id);
    const revoked = tokens.filter(({ revokedAt }) => revokedAt !== null).map((token) => token.id);
    const entries = await core.audit.list({ limit: 1_000, cursor: null }, {
      action: "token.revoke",
    });
    assert.ok(revoked.length >= 3 && revoked.length < TOKENS, String(revoked.length));
    assert.deepEqual(
      entries.items.map(({ subject }) => subject.token).sort(),
      revoked.toSorted(),
    );
    assert.equal((await verifyAudit(core.audit)).problem, null);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** Ends the process in the middle of what it does, once it has revoked a few tokens. */
async function killWhileRevoking(path: string): Promise<void> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", CHILD, path],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  child.kill("SIGKILL");
  await reader.cancel();
  await child.status;
}
