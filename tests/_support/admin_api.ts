import { App } from "fresh";
import { fileURLToPath } from "node:url";
import { createServices, type Services } from "../../core/services.ts";
import { readConfig } from "../../core/config.ts";
import type { State } from "../../define.ts";
import apiMiddleware from "../../routes/api/_middleware.ts";
import type { ApiHandler } from "../../routes/api/(_http)/by_method.ts";
import { handler as catchAll } from "../../routes/api/[...path].ts";
import { coreOn } from "./core.ts";
import { memoryStore } from "./store.ts";

export const ADMIN_TOKEN = "environment-token-0123456789";

/** A file below `routes/api/v1`: its pattern for Fresh, and its methods. */
export interface ApiRoute {
  /** As in `/api/v1/servers/:slug`. */
  pattern: string;
  handler: ApiHandler;
}

/** An answer of the admin API, read to its end. */
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  /** The JSON of the answer; `null` without a body. */
  // deno-lint-ignore no-explicit-any
  body: any;
}

/** The admin API on a store in memory. */
export async function adminApi() {
  const store = await memoryStore();
  const core = coreOn(store);
  const lines: string[] = [];
  const services: Services = {
    ...createServices({
      config: readConfig({
        AEROSTACK_ADMIN_TOKEN: ADMIN_TOKEN,
        AEROSTACK_PUBLIC_URL: "https://gateway.example.com",
      }),
      store,
      keyring: core.keyring,
      fetch: () => Promise.reject(new TypeError("no network in tests")),
      now: core.now,
      log: (line) => lines.push(line),
    }),
    addresses: core.addresses,
  };
  const handle = await mount(services);

  return {
    core,
    services,
    /** What was logged. */
    lines,
    /** Sends a request with the admin's bearer, and reads the answer. */
    send: (method: string, path: string, json?: unknown, headers: HeadersInit = {}) =>
      read(handle(request(method, path, json, headers))),
    /** Sends a request as it is. */
    raw: (request: Request) => read(handle(request)),
    [Symbol.asyncDispose]: () => services.close(),
  };
}
export type AdminApi = Awaited<ReturnType<typeof adminApi>>;

/** Every route file of the admin API. */
export async function apiRoutes(): Promise<ApiRoute[]> {
  const root = import.meta.resolve("../../routes/api/v1/");
  const files = await Array.fromAsync(filesBelow(fileURLToPath(root)));
  return await Promise.all(files.map(async (file) => {
    const { handler } = await import(`${root}${file}`);
    return { pattern: patternOf(file), handler };
  }));
}

async function* filesBelow(folder: string, below = ""): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder + below)) {
    if (isDirectory) yield* filesBelow(folder, `${below}${name}/`);
    if (name.endsWith(".ts")) yield below + name;
  }
}

/** `servers/[slug]/index.ts` as `/api/v1/servers/:slug`. */
function patternOf(file: string): string {
  const path = file.replace(/(\/index)?\.ts$/, "").replaceAll(/\[(\w+)\]/g, ":$1");
  return `/api/v1/${path}`;
}

async function mount(services: Services): Promise<(request: Request) => Promise<Response>> {
  const app = new App<State>().use((ctx) => {
    ctx.state.services = services;
    ctx.state.address = null;
    ctx.state.admin = null;
    ctx.state.member = null;
    return ctx.next();
  });

  app.use("/api", ...apiMiddleware);
  for (const { pattern, handler } of await apiRoutes()) app.all(pattern, handler);
  app.all("/api/:path*", catchAll);
  return app.handler();
}

function request(method: string, path: string, json: unknown, headers: HeadersInit): Request {
  const all = new Headers({ authorization: `Bearer ${ADMIN_TOKEN}` });
  if (json !== undefined) all.set("content-type", "application/json");
  new Headers(headers).forEach((value, name) => all.set(name, value));
  const body = json === undefined ? undefined : JSON.stringify(json);
  return new Request(`https://gateway.example.com/api/v1${path}`, { method, body, headers: all });
}

async function read(pending: Promise<Response>): Promise<Answer> {
  const response = await pending;
  const text = await response.text();
  const isJson = text !== "" &&
    response.headers.get("content-type")?.startsWith("application/json");
  const body = isJson ? JSON.parse(text) : null;
  return { status: response.status, headers: response.headers, text, body };
}
