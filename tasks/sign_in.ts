/**
 * `deno task sign-in [--name "Alice Chen"] [--role viewer]`: prints a link that signs in to
 * the dashboard, once; as an owner, unless it says otherwise.
 *
 * Whoever may run this on the gateway's store is an admin anyway. It wants the
 * gateway's own environment, to find that store; the gateway may be running.
 */
import { parseArgs } from "node:util";
import { AdminStore } from "../core/admins/admin_store.ts";
import { Role } from "../core/admins/role.ts";
import type { SignInFor } from "../core/admins/session_store.ts";
import type { Actor } from "../core/audit/actor.ts";
import { AuditStore } from "../core/audit/audit_store.ts";
import { type Config, readConfig } from "../core/config.ts";
import { ConfigError } from "../core/environment.ts";
import { openStore } from "../core/kv/open_store.ts";
import { loadKeyring } from "../core/secrets/load_keyring.ts";
import { sayToTerminal } from "./say_to_terminal.ts";
import { storeLocation } from "../store_location.ts";

/** Whoever has the gateway's store and master key at hand. */
const THE_OPERATOR: Actor = { kind: "gateway", id: null, name: "deno task sign-in", via: "cli" };

/** Makes the link. Throws {@linkcode ConfigError} where no gateway has run. */
async function makeSignInLink(config: Config, whom: SignInFor): Promise<string> {
  const file = config.kvPath ?? `${config.dataDir}/kv.sqlite3`;
  if (!/^https?:/.test(file) && !await isThere(file)) {
    throw new ConfigError(
      `There is no store at "${file}"; run this where the gateway runs, with the same ` +
        "AEROSTACK_DATA_DIR or DENO_KV_PATH.",
    );
  }

  const store = await openStore(await storeLocation(config));
  try {
    const now = () => new Date();
    const keyring = await loadKeyring(config, store, (line) => console.error(line));
    const admins = new AdminStore(store.kv, new AuditStore(store.kv, { keyring, now }));
    const code = await admins.sessions.createSignInLink(THE_OPERATOR, now(), whom);
    return `${config.publicUrl}/auth/link/${code}`;
  } finally {
    store.close();
  }
}

/** Whom the link is for. Throws {@linkcode ConfigError} for what it does not know. */
function readArguments(args: readonly string[]): SignInFor {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        name: { type: "string", default: "admin" },
        role: { type: "string", default: "owner" },
      },
    });
    return { name: values.name, role: Role.parse(values.role) };
  } catch {
    throw new ConfigError(
      `It takes --name "Alice Chen" and --role ${Role.options.join("|")}, not ${args.join(" ")}.`,
    );
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

if (import.meta.main) {
  try {
    const link = await makeSignInLink(readConfig(Deno.env.toObject()), readArguments(Deno.args));
    sayToTerminal(`Sign in to the dashboard (works once, for an hour): ${link}`);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    Deno.exit(1);
  }
}
