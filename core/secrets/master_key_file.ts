import { readKey } from "../config.ts";
import { ConfigError } from "../environment.ts";

/** Only the owner may read it. */
const FILE_MODE = 0o600;

/**
 * The key in `<dataDir>/master.key`, or `null` when there is no such file.
 *
 * Throws {@linkcode ConfigError} when its text is no key.
 */
export async function readMasterKeyFile(
  dataDir: string,
  log: (line: string) => void,
): Promise<Uint8Array | null> {
  const path = pathIn(dataDir);
  try {
    const text = await Deno.readTextFile(path);
    await warnWhenOpen(path, log);
    return readKey(path, text.trim());
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    if (error instanceof Deno.errors.NotADirectory) return null;
    throw error;
  }
}

/**
 * Keeps a new key in `<dataDir>/master.key` and gives the key that is in force.
 *
 * The whole file appears at once under its name, so that of two processes that
 * start together one wins and the other takes the winner's key.
 */
export async function makeMasterKeyFile(
  dataDir: string,
  bytes: Uint8Array,
  log: (line: string) => void,
): Promise<Uint8Array> {
  const path = pathIn(dataDir);
  const draft = `${path}.${crypto.randomUUID()}`;

  try {
    await Deno.mkdir(dataDir, { recursive: true });
    await Deno.writeTextFile(draft, `${base64url(bytes)}\n`, {
      mode: FILE_MODE,
      createNew: true,
    });
    await Deno.link(draft, path);
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) {
      throw cannotKeep(path, error);
    }
    return await readMasterKeyFile(dataDir, log) ?? bytes;
  } finally {
    await Deno.remove(draft).catch(() => {});
  }

  log(
    `Made a master key in ${path}. Without it the stored secrets cannot be opened: keep a ` +
      "copy in a safe place, and set AEROSTACK_MASTER_KEY in production.",
  );
  return bytes;
}

async function warnWhenOpen(
  path: string,
  log: (line: string) => void,
): Promise<void> {
  const { mode } = await Deno.stat(path);
  if (mode === null || (mode & 0o077) === 0) return;
  log(`Others on this machine can read ${path}; run: chmod 600 ${path}`);
}

function cannotKeep(path: string, error: unknown): ConfigError {
  const reason = error instanceof Error ? error.message : String(error);
  return new ConfigError(
    `AEROSTACK_MASTER_KEY is not set and a new key cannot be kept in ${path} (${reason}); ` +
      "set AEROSTACK_MASTER_KEY, for example to the output of: " +
      "openssl rand -base64 32 | tr '+/' '-_' | tr -d '='",
  );
}

function pathIn(dataDir: string): string {
  return `${dataDir.replace(/\/+$/, "")}/master.key`;
}

function base64url(bytes: Uint8Array): string {
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}
