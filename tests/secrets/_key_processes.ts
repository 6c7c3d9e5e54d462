import { AuditStore } from "../../core/audit/audit_store.ts";
import type { MasterKey } from "../../core/config.ts";
import type { Store } from "../../core/kv/open_store.ts";
import { KeyCheckStore } from "../../core/secrets/key_check_store.ts";
import { KeyRotation } from "../../core/secrets/key_rotation.ts";
import { loadKeyring } from "../../core/secrets/load_keyring.ts";
import { SealedRecordStore } from "../../core/secrets/sealed_record_store.ts";
import { MemberSecretStore } from "../../core/members/member_secret_store.ts";
import { SecretStore } from "../../core/secrets/secret_store.ts";
import { ServerStore } from "../../core/servers/server_store.ts";
import { START } from "../_support/core.ts";

export const OLD: MasterKey = { id: "default", bytes: new Uint8Array(32).fill(1) };
export const NEW: MasterKey = { id: "2027", bytes: new Uint8Array(32).fill(2) };

/** What a process that was started with these master keys has of the gateway. */
export async function startedWith(store: Store, ...masterKeys: MasterKey[]) {
  const lines: string[] = [];
  const log = (line: string) => void lines.push(line);
  const now = () => START;
  const keyring = await loadKeyring({ masterKeys, dataDir: "/", kvPath: null }, store, log);
  const { kv } = store;
  const audit = new AuditStore(kv, { keyring, now });
  const parts = {
    keyring,
    audit,
    now,
    log,
    keyChecks: new KeyCheckStore(kv),
    sealed: new SealedRecordStore(kv),
    secrets: new SecretStore(kv, audit),
    memberSecrets: new MemberSecretStore(kv, audit),
    servers: new ServerStore(kv, audit),
  };
  return { ...parts, lines, keyRotation: new KeyRotation(parts) };
}
export type KeyProcess = Awaited<ReturnType<typeof startedWith>>;
