import type { Config, MasterKey } from "../config.ts";
import { ConfigError } from "../environment.ts";
import { GatewayError } from "../errors.ts";
import type { Store } from "../kv/open_store.ts";
import { isNeeded, type KeyCheck } from "./key_check.ts";
import { KeyCheckStore } from "./key_check_store.ts";
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
  const needed = (await readChecks(checks)).filter(isNeeded);

  const found = await findKeys(config, store, log, needed);
  const keyring = new Keyring(found);

  await verify(keyring, needed);
  // Another process may record the same id first; then its check must open as well.
  await verify(keyring, [await checks.choose(await seal(keyring, CHECK_CONTEXT, CHECK_TEXT))]);

  return keyring;
}

async function readChecks(checks: KeyCheckStore): Promise<KeyCheck[]> {
  try {
    return await checks.list();
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    throw new ConfigError(
      `What the store says of its master keys is damaged (${error.message}), so no key can be ` +
        "proved to be the right one; restore the store from a backup.",
      { cause: error },
    );
  }
}

async function findKeys(
  config: Settings,
  store: Store,
  log: (line: string) => void,
  needed: readonly KeyCheck[],
): Promise<readonly MasterKey[]> {
  if (config.masterKeys.length > 0) return config.masterKeys;
  if (config.kvPath === ":memory:") return [defaultKey(newKeyBytes())];
  if (store.filePath === null) {
    throw needsVariable("this store is not on this machine's disk");
  }

  const kept = await readMasterKeyFile(config.dataDir, log);
  if (kept !== null) return [defaultKey(kept)];
  if (needed.length > 0) throw missingKeys(needed.map(({ keyId }) => keyId));

  return [
    defaultKey(await makeMasterKeyFile(config.dataDir, newKeyBytes(), log)),
  ];
}

async function verify(
  keyring: Keyring,
  needed: readonly KeyCheck[],
): Promise<void> {
  const missing = needed.filter(({ keyId }) => !keyring.has(keyId));
  if (missing.length > 0) throw missingKeys(missing.map(({ keyId }) => keyId));

  for (const check of needed) {
    if (await open(keyring, CHECK_CONTEXT, check) === CHECK_TEXT) continue;
    throw new ConfigError(
      `Master key "${check.keyId}" is not the one that sealed this store; set the earlier ` +
        "key of that id in AEROSTACK_MASTER_KEY or AEROSTACK_MASTER_KEYS, or give the new " +
        "key another id.",
    );
  }
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
