import type { Services } from "../services.ts";
import { VERSION } from "../version.ts";

type Deps = Pick<Services, "config" | "store" | "readiness" | "keyring" | "now">;

/** What this process is, how it was set up, and whether all that it needs is there. */
export interface SystemState {
  version: string;
  publicUrl: string;
  /** Whether the public URL was set, or guessed from host and port. */
  publicUrlIsSet: boolean;
  /** Where the store is, in words. */
  store: string;
  /** Every check of readiness by its name. */
  checks: Readonly<Record<string, "ok" | "failed">>;
  isReady: boolean;
  allowsPrivateUpstreams: boolean;
  /** The ports that servers may have; `null` for any. */
  upstreamPorts: readonly number[] | null;
  trustedProxies: number;
  /** The variable that names a proxy for all that is sent; `null` when none does. */
  outgoingProxy: string | null;
  /** Whether the environment holds a token that the admin API accepts. */
  hasEnvironmentToken: boolean;
  /** Whether the master key was made by the gateway and lies beside the store. */
  usesKeyFile: boolean;
}

/** Reads what an admin wants to know of the process that answers; nothing of it is secret. */
export async function readSystemState({ config, store, readiness }: Deps): Promise<SystemState> {
  const { ready, checks } = await readiness.report();
  return {
    version: VERSION,
    publicUrl: config.publicUrl,
    publicUrlIsSet: config.publicUrlIsSet,
    store: storeInWords(config.kvPath, store.filePath),
    checks,
    isReady: ready,
    allowsPrivateUpstreams: config.allowPrivateUpstreams,
    upstreamPorts: config.upstreamPorts,
    trustedProxies: config.trustedProxies,
    outgoingProxy: config.outgoingProxy,
    hasEnvironmentToken: config.adminToken !== null,
    usesKeyFile: config.masterKeys.length === 0,
  };
}

/** The URL of a remote store may hold who may open it, so it is only said where it is. */
function storeInWords(kvPath: string | null, filePath: string | null): string {
  if (filePath !== null) return `the file ${filePath}`;
  if (kvPath !== null && URL.canParse(kvPath)) return `Deno KV at ${new URL(kvPath).host}`;
  return kvPath === ":memory:"
    ? "memory: it is gone when the process ends"
    : "the platform's Deno KV";
}
