import { fileURLToPath } from "node:url";
import { Builder } from "fresh/dev";
import { readConfig } from "../../core/config.ts";
import { createServices, type Services } from "../../core/services.ts";
import { createApp } from "../../create_app.ts";
import type { State } from "../../define.ts";
import { testKeyring } from "./core.ts";
import { memoryStore } from "./store.ts";

/** The whole app in this process, on a store in memory and a free port. */
export interface RunningApp extends AsyncDisposable {
  readonly origin: string;
  readonly services: Services;
  /** A new sign-in link. */
  signInLink(): Promise<string>;
  /** Asks for a path; follows no redirect. */
  ask(path: string, init?: RequestInit): Promise<Response>;
  /** The `Cookie` header of an admin who signed in just now. */
  signIn(): Promise<string>;
  /** Submits a form as a browser without JavaScript does. */
  submit(path: string, options?: SubmitOptions): Promise<Response>;
}

/** A submitted form and who submits it. */
export interface SubmitOptions {
  fields?: Record<string, string>;
  cookie?: string;
  headers?: Record<string, string>;
}

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/**
 * Bundling takes a second, and every app of a test file can be given the same build. It is
 * made before the first test, which is not to blame for what the bundler keeps open.
 */
const build = await new Builder<State>({ root: ROOT }).build({ snapshot: "memory" });

/** Starts the app with these environment variables. */
export async function startApp(env: Record<string, string> = {}): Promise<RunningApp> {
  const services = createServices({
    config: readConfig({ PORT: "0", ...env }),
    store: await memoryStore(),
    keyring: testKeyring(),
    fetch: globalThis.fetch,
    now: () => new Date(),
    log: () => {},
  });

  const app = createApp(services);
  build(app);

  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, app.handler());
  services.boundTo(server.addr.port);
  const origin = `http://127.0.0.1:${server.addr.port}`;

  async function signInLink(): Promise<string> {
    const code = await services.admins.sessions.createSignInLink(services.now());
    return `${origin}/auth/link/${code}`;
  }

  function ask(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(new URL(path, origin), { redirect: "manual", ...init });
  }

  function submit(path: string, { fields = {}, cookie, headers }: SubmitOptions = {}) {
    const own = new Headers({ origin, ...headers });
    if (cookie !== undefined) own.set("cookie", cookie);
    return ask(path, { method: "POST", body: new URLSearchParams(fields), headers: own });
  }

  async function signIn(): Promise<string> {
    const response = await submit(await signInLink());
    await response.body?.cancel();
    return response.headers.get("set-cookie")?.split(";")[0] ?? "";
  }

  return {
    origin,
    services,
    signInLink,
    ask,
    signIn,
    submit,
    async [Symbol.asyncDispose]() {
      await server.shutdown();
      await services.close();
    },
  };
}
