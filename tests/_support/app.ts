import { AN_ADMIN } from "./core.ts";
import { fileURLToPath } from "node:url";
import { Builder } from "fresh/dev";
import type { Role } from "../../core/admins/role.ts";
import { readConfig } from "../../core/config.ts";
import type { Store } from "../../core/kv/open_store.ts";
import { createServices, type Services } from "../../core/services.ts";
import { createApp } from "../../create_app.ts";
import type { State } from "../../define.ts";
import { testKeyring } from "./core.ts";
import { memoryStore } from "./store.ts";

/** The whole app in this process, on a store in memory and a free port. */
export interface RunningApp extends AsyncDisposable {
  readonly origin: string;
  readonly services: Services;
  /** A new sign-in link, for an owner unless it says otherwise. */
  signInLink(role?: Role): Promise<string>;
  /** Asks for a path; follows no redirect. */
  ask(path: string, init?: RequestInit): Promise<Response>;
  /** The same without a connection, as if the request came from this address. */
  askFrom(address: string, path: string, init?: RequestInit): Promise<Response>;
  /** The `Cookie` header of an admin who signed in just now. */
  signIn(role?: Role): Promise<string>;
  /** Submits a form as a browser without JavaScript does. */
  submit(path: string, options?: SubmitOptions): Promise<Response>;
}

/** A submitted form and who submits it. */
export interface SubmitOptions {
  /** Pairs where a field is sent several times. */
  fields?: Record<string, string> | string[][];
  cookie?: string;
  headers?: Record<string, string>;
}

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/**
 * Bundling takes a second, and every app of a test file can be given the same build. It is
 * made before the first test, which is not to blame for what the bundler keeps open.
 */
const build = await new Builder<State>({ root: ROOT }).build({ snapshot: "memory" });

/** What an app may be given otherwise. */
interface AppOptions {
  /** How long pages wait for a report; as long as it takes, unless said otherwise. */
  patienceMs?: number;
  store?: Store;
  now?: () => Date;
  log?: (line: string) => void;
}

/** Starts the app with these environment variables. */
export async function startApp(
  env: Record<string, string> = {},
  { store, patienceMs, now = () => new Date(), log = () => {} }: AppOptions = {},
): Promise<RunningApp> {
  const services = createServices({
    config: readConfig({ PORT: "0", ...env }),
    store: store ?? await memoryStore(),
    keyring: testKeyring(),
    fetch: globalThis.fetch,
    patienceMs,
    now,
    log,
  });

  const app = createApp(services);
  build(app);

  const handle = app.handler();
  const stopping = new AbortController();
  const { signal } = stopping;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, signal, onListen() {} }, handle);
  services.boundTo(server.addr.port);
  const origin = `http://127.0.0.1:${server.addr.port}`;

  async function signInLink(role: Role = "owner"): Promise<string> {
    const { admins, now } = services;
    const whom = { name: "admin", role };
    const code = await admins.sessions.createSignInLink(AN_ADMIN, now(), whom);
    return `${origin}/auth/link/${code}`;
  }

  function ask(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(new URL(path, origin), { redirect: "manual", ...init });
  }

  async function askFrom(address: string, path: string, init: RequestInit = {}) {
    const remoteAddr = { transport: "tcp", hostname: address, port: 50_000 } as const;
    const completed = Promise.resolve();
    return await handle(new Request(new URL(path, origin), init), { remoteAddr, completed });
  }

  function submit(path: string, { fields = {}, cookie, headers }: SubmitOptions = {}) {
    const own = new Headers({ origin, ...headers });
    if (cookie !== undefined) own.set("cookie", cookie);
    return ask(path, { method: "POST", body: new URLSearchParams(fields), headers: own });
  }

  async function signIn(role?: Role): Promise<string> {
    const response = await submit(await signInLink(role));
    await response.body?.cancel();
    return response.headers.get("set-cookie")?.split(";")[0] ?? "";
  }

  return {
    origin,
    services,
    signInLink,
    ask,
    askFrom,
    signIn,
    submit,
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await server.finished;
      await services.close();
    },
  };
}
