import { fileURLToPath } from "node:url";
import type { CreatedToken } from "../../core/tokens/token.ts";
import { AdminClient } from "./admin_client.ts";
import { type RunningProcess, startProcess } from "./child_process.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** What every gateway of a test lets its admin in with. */
export const ADMIN_TOKEN = "an-admin-token-for-tests-only";
/** What every gateway of a test seals with. */
export const MASTER_KEY = "dGVzdCBrZXksIG5vdCBhIHNlY3JldCwgMzIgYnl0ZXM";

/** What a test may decide about its gateway. */
export interface GatewayOptions {
  /** A folder that several gateways share, or that outlives one; else a new one. */
  dataDir?: string;
  env?: Record<string, string>;
}

/** The real gateway in a process of its own, ended when it goes out of scope. */
export interface RunningGateway extends AsyncDisposable {
  readonly origin: string;
  readonly admin: AdminClient;
  readonly process: RunningProcess;
  readonly dataDir: string;
  /** The address that a client of this workspace connects to. */
  workspaceUrl(workspace: string): string;
}

/** Starts the gateway on a free port of loopback, as `deno task start` does. */
export async function startGateway(options: GatewayOptions = {}): Promise<RunningGateway> {
  const dataDir = options.dataDir ?? await Deno.makeTempDir({ prefix: "aerostack-" });
  const process = await startProcess({
    args: ["run", "-A", "tasks/start.ts"],
    cwd: ROOT,
    env: {
      HOST: "127.0.0.1",
      PORT: "0",
      AEROSTACK_DATA_DIR: dataDir,
      AEROSTACK_ADMIN_TOKEN: ADMIN_TOKEN,
      AEROSTACK_MASTER_KEY: MASTER_KEY,
      AEROSTACK_ALLOW_PRIVATE_UPSTREAMS: "1",
      ...options.env,
    },
    ready: /listens on (http:\/\/\S+)/,
  });
  const origin = process.ready[1] ?? "";

  return {
    origin,
    admin: new AdminClient(origin, ADMIN_TOKEN),
    process,
    dataDir,
    workspaceUrl: (workspace) => `${origin}/ws/${workspace}/sse`,
    async [Symbol.asyncDispose]() {
      await process.end("SIGTERM");
      if (options.dataDir === undefined) await Deno.remove(dataDir, { recursive: true });
    },
  };
}

/** A new folder for a store, removed when it goes out of scope. */
export async function temporaryDataDir(): Promise<{ path: string } & AsyncDisposable> {
  const path = await Deno.makeTempDir({ prefix: "aerostack-" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** Where a server is, and how long it may take: a call in all, and until it begins to speak. */
export interface PlacedServer {
  url: string;
  timeoutSeconds?: number;
  connectSeconds?: number;
}

/** Registers servers, puts them into a new workspace and gives one person a token to it. */
export async function openWorkspace(
  { admin }: RunningGateway,
  servers: Record<string, PlacedServer>,
  workspace = "team",
): Promise<CreatedToken> {
  await admin.addWorkspace(workspace);
  for (const [slug, { url, timeoutSeconds, connectSeconds }] of Object.entries(servers)) {
    await admin.addServer(slug, url, timeoutSeconds, connectSeconds);
    await admin.install(slug, workspace);
  }
  return await admin.addToken(workspace, "Alice Chen");
}
