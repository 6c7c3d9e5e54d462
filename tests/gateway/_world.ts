import { type MasterKey, readConfig } from "../../core/config.ts";
import type { Network } from "../../core/egress/network.ts";
import { openStore, type Store } from "../../core/kv/open_store.ts";
import { loadKeyring } from "../../core/secrets/load_keyring.ts";
import type { Keyring } from "../../core/secrets/keyring.ts";
import { setSecret } from "../../core/secrets/set_secret.ts";
import type { InjectionRule } from "../../core/secrets/secret.ts";
import { registerServer } from "../../core/servers/register_server.ts";
import type { Server } from "../../core/servers/server.ts";
import type { Telemetry } from "../../core/telemetry/telemetry.ts";
import { createServices, type Services } from "../../core/services.ts";
import { createToken } from "../../core/tokens/create_token.ts";
import type { CreatedToken } from "../../core/tokens/token.ts";
import type { Fetch } from "../../core/upstream/upstream.ts";
import { createWorkspace } from "../../core/workspaces/create_workspace.ts";
import type { InstallInput } from "../../core/workspaces/workspace.ts";
import { installServer } from "../../core/workspaces/install_server.ts";
import { AN_ADMIN, testKeyring } from "../_support/core.ts";
import type { Upstream } from "../_support/upstream.ts";
import { beginSession, type Json } from "./_requests.ts";

/** The gateway in this process, with one workspace, `team`. */
export interface World extends AsyncDisposable {
  services: Services;
  store: Store;
  /** What the gateway said to its operator. */
  log: string[];
  /** Moves the clock forward. */
  advance(delayMs: number): void;
  /** Registers a server and installs it in `team`. */
  addServer(slug: string, url: string, options?: ServerOptions): Promise<Server>;
  /** Changes how a server is installed in `team`. */
  install(slug: string, input: InstallInput): Promise<void>;
  addSecret(slug: string, name: string, value: string, ...rules: InjectionRule[]): Promise<void>;
  addToken(name?: string, options?: { expiresAt?: string }): Promise<CreatedToken>;
  /** Sends a request to the endpoint of `team`, or of another workspace. */
  send(request: Request, workspace?: string): Promise<Response>;
  /** Another gateway on the same store file, as a second process would be. */
  another(env?: Record<string, string>, masterKeys?: MasterKey[]): Promise<World>;
}

/** How long a server may take: a call of it in all, and until it begins to speak. */
export interface ServerOptions {
  timeoutSeconds?: number;
  connectSeconds?: number;
}

/** What a test may decide about its gateway. */
export interface WorldOptions {
  store?: Store;
  fetch?: Fetch;
  network?: Network;
  telemetry?: Telemetry;
  env?: Record<string, string>;
  keyring?: Keyring;
  /** Whether the store has a workspace `team` already. */
  isThere?: boolean;
}

/** Starts a gateway on a store of its own, in memory unless one is given. */
export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const world = gatewayOn(options.store ?? await openStore(":memory:"), options);
  if (options.isThere === true) return world;
  await createWorkspace(world.services, AN_ADMIN, { slug: "team", name: "The team" });
  return world;
}

/** A store in a file, which several gateways may share, and the folder's end. */
export async function sharedFile(): Promise<{ open(): Promise<Store> } & AsyncDisposable> {
  const folder = await Deno.makeTempDir({ prefix: "aerostack_world_" });
  return {
    open: () => openStore(`${folder}/kv.sqlite3`),
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

function gatewayOn(store: Store, options: WorldOptions): World {
  let nowMs = Date.now();
  const log: string[] = [];
  const env = { AEROSTACK_ALLOW_PRIVATE_UPSTREAMS: "1", ...options.env };
  const services = createServices({
    config: readConfig(env),
    store,
    keyring: options.keyring ?? testKeyring(),
    fetch: options.fetch ?? globalThis.fetch,
    network: options.network,
    telemetry: options.telemetry,
    now: () => new Date(nowMs),
    log: (line) => void log.push(line),
  });

  return {
    services,
    store,
    log,
    advance: (delayMs) => void (nowMs += delayMs),
    async addServer(slug, url, { timeoutSeconds: totalSeconds, connectSeconds } = {}) {
      const timeouts = { totalSeconds, connectSeconds };
      const server = await registerServer(services, AN_ADMIN, { slug, name: slug, url, timeouts });
      await installServer(services, AN_ADMIN, { workspace: "team", server: slug });
      return server;
    },
    async install(slug, input) {
      await installServer(services, AN_ADMIN, { workspace: "team", server: slug }, input);
    },
    async addSecret(slug, name, value, ...rules) {
      await setSecret(services, AN_ADMIN, slug, name, {
        value,
        rules: rules.length === 0 ? undefined : rules,
      });
    },
    addToken: (name = "Alice", { expiresAt } = {}) =>
      createToken(services, AN_ADMIN, "team", { name, expiresAt }),
    send: (request, workspace = "team") => services.gateway.handle(request, workspace),
    async another(env = {}, masterKeys) {
      const shared = await openStore(store.filePath ?? undefined);
      const keyring = masterKeys === undefined
        ? options.keyring
        : await loadKeyring({ masterKeys, dataDir: "/", kvPath: null }, shared, () => {});
      return gatewayOn(shared, { ...options, keyring, env: { ...options.env, ...env } });
    },
    [Symbol.asyncDispose]: () => services.close(),
  };
}

/** Two gateways on one store, a server that both have installed, and a session of a client. */
export async function startPair<Server extends Upstream>(
  server: Server,
  { capabilities = {}, protocolVersion = "2025-11-25", seenByOne = (store) => store }: {
    capabilities?: Json;
    protocolVersion?: string;
    /** The store as the first process sees it. */
    seenByOne?: (store: Store) => Store;
  } = {},
) {
  const stack = new AsyncDisposableStack();
  const upstream = stack.use(server);
  const file = stack.use(await sharedFile());
  const one = stack.use(await startWorld({ store: seenByOne(await file.open()) }));
  const two = stack.use(await one.another());
  await one.addServer("notes", upstream.url);
  const { token } = await one.addToken();
  const session = await beginSession(one.send, token, capabilities, protocolVersion);
  return {
    upstream,
    one,
    two,
    token,
    session,
    [Symbol.asyncDispose]: () => stack[Symbol.asyncDispose](),
  };
}
