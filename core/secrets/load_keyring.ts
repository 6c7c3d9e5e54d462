import { type Config, ConfigError, type MasterKey } from "../config.ts";
import type { Store } from "../kv/open_store.ts";
import { type KeyCheck, KeyCheckStore } from "./key_check_store.ts";
import { Keyring } from "./keyring.ts";
import { makeMasterKeyFile, readMasterKeyFile } from "./master_key_file.ts";
import { open, seal, type SealContext } from "./seal.ts";

/** The id of a key that came without one, so that a file may become a variable. */
const DEFAULT_KEY_ID = "default";

const CHECK_TEXT = "aerostack master key check";
const CHECK_CONTEXT: SealContext = {
  purpose: CHECK_TEXT,
  boundTo: ["key check"],
};

type Settings = Pick<Config, "masterKeys" | "dataDir" | "kvPath">;

/**
 * Loads the master keys and proves that they are the ones that sealed the store.
 *
 * From the environment, else from the file in the data folder, which is made
 * once, on an empty store. Throws {@linkcode ConfigError}, naming the key ids,
 * when a key is missing or is another one than before; nothing may start then.
 */
export async function loadKeyring(
  config: Settings,
  store: Store,
  log: (line: string) => void,
): Promise<Keyring> {
  const checks = new KeyCheckStore(store.kv);
  const recorded = await checks.list();

  const found = await findKeys(config, store, log, recorded);
  const keyring = new Keyring(found);

  await verify(keyring, recorded);
  if (!recorded.some((check) => check.keyId === keyring.primaryId)) {
    await recordPrimary(keyring, checks);
  }

  return keyring;
}

async function findKeys(
  config: Settings,
  store: Store,
  log: (line: string) => void,
  recorded: readonly KeyCheck[],
): Promise<readonly MasterKey[]> {
  if (config.masterKeys.length > 0) return config.masterKeys;
  if (config.kvPath === ":memory:") return [defaultKey(newKeyBytes())];
  if (store.filePath === null) {
    throw needsVariable("this store is not on this machine's disk");
  }

  const kept = await readMasterKeyFile(config.dataDir, log);
  if (kept !== null) return [defaultKey(kept)];
  if (recorded.length > 0) {
    throw missingKeys(recorded.map((check) => check.keyId));
  }

  return [
    defaultKey(await makeMasterKeyFile(config.dataDir, newKeyBytes(), log)),
  ];
}

async function verify(
  keyring: Keyring,
  recorded: readonly KeyCheck[],
): Promise<void> {
  const missing = recorded.filter(({ keyId }) => !keyring.has(keyId));
  if (missing.length > 0) throw missingKeys(missing.map(({ keyId }) => keyId));

  for (const check of recorded) {
    if (await open(keyring, CHECK_CONTEXT, check) === CHECK_TEXT) continue;
    throw new ConfigError(
      `Master key "${check.keyId}" is not the one that sealed this store; set the earlier ` +
        "key of that id in AEROSTACK_MASTER_KEY or AEROSTACK_MASTER_KEYS, or give the new " +
        "key another id.",
    );
  }
}

/** Another process may record the same id first; then its check must open as well. */
async function recordPrimary(
  keyring: Keyring,
  checks: KeyCheckStore,
): Promise<void> {
  if (await checks.add(await seal(keyring, CHECK_CONTEXT, CHECK_TEXT))) return;
  await verify(keyring, await checks.list());
}

function newKeyBytes(): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(32));
}

function defaultKey(bytes: Uint8Array): MasterKey {
  return { id: DEFAULT_KEY_ID, bytes };
}

function missingKeys(ids: readonly string[]): ConfigError {
  const names = ids.map((id) => `"${id}"`).join(", ");
  const example = ids.map((id) => `${id}:<key>`).join(",");
  return new ConfigError(
    `This store holds secrets sealed with the master key ${names}, which is not set; ` +
      `set AEROSTACK_MASTER_KEYS=${example} (or AEROSTACK_MASTER_KEY for "${DEFAULT_KEY_ID}" alone).`,
  );
}

function needsVariable(reason: string): ConfigError {
  return new ConfigError(
    `AEROSTACK_MASTER_KEY is not set and ${reason}, so no key can be kept beside it; ` +
      "set it to 32 bytes in base64url, for example the output of: " +
      "openssl rand -base64 32 | tr '+/' '-_' | tr -d '='",
  );
}
