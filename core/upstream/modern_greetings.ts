import { capabilitiesForServer } from "../mcp/client_capabilities.ts";
import { isObject, type JsonObject, type RpcResponse, textParam } from "../mcp/message.ts";
import { type ClientProfile, META, metaOf } from "../mcp/meta.ts";
import { NEWEST_MODERN } from "../mcp/versions.ts";
import type { HttpClient } from "./http_client.ts";
import { discover } from "./modern_exchange.ts";
import { forwardedKey } from "./request_headers.ts";
import type { Caller, ServerGreeting, Target } from "./upstream.ts";

interface Entry {
  greeting: ServerGreeting;
  goodUntilMs: number;
}

const KEEP_MS = 10 * 60_000;
const MAX_ENTRIES = 2_000;

/** What a server may offer that does not say what it offers: nothing is ruled out. */
const UNTOLD: JsonObject = { tools: {}, prompts: {}, resources: {} };

/** What modern servers say about themselves (2026-07-28, Discovery), remembered for a while. */
export class ModernGreetings {
  readonly #entries = new Map<string, Entry>();
  readonly #http: HttpClient;
  readonly #now: () => Date;

  constructor(http: HttpClient, now: () => Date) {
    this.#http = http;
    this.#now = now;
  }

  /** What a server is remembered to say; `null` when it has to be asked. */
  find(target: Target): ServerGreeting | null {
    const entry = this.#entries.get(keyOf(target));
    return entry !== undefined && entry.goodUntilMs > this.#now().getTime() ? entry.greeting : null;
  }

  /** Asks a server; `null` when it is not of the modern era. */
  async ask(target: Target, caller: Caller, signal: AbortSignal): Promise<ServerGreeting | null> {
    const response = await discover(this.#http, target, modernClient(caller), signal);
    if (response === null) return null;
    const greeting = readGreeting(response);
    this.#remember(target, greeting);
    return greeting;
  }

  /** What is taken of a server that is pinned to this era and does not tell of itself. */
  assume(target: Target): ServerGreeting {
    const greeting = readGreeting({ jsonrpc: "2.0" });
    this.#remember(target, greeting);
    return greeting;
  }

  /** Forgets what a server said. */
  forget(target: Target): void {
    this.#entries.delete(keyOf(target));
  }

  #remember(target: Target, greeting: ServerGreeting): void {
    const oldest = this.#entries.keys().next();
    if (this.#entries.size >= MAX_ENTRIES && !oldest.done) this.#entries.delete(oldest.value);
    const goodUntilMs = this.#now().getTime() + KEEP_MS;
    this.#entries.set(keyOf(target), { greeting, goodUntilMs });
  }
}

function keyOf(target: Target): string {
  return JSON.stringify([target.fingerprint, forwardedKey(target)]);
}

/** A caller as a modern server sees it; what only the legacy era knows stays behind. */
export function modernClient({ era, client }: Caller): ClientProfile {
  return { ...client, capabilities: capabilitiesForServer(client.capabilities, era, "modern") };
}

function readGreeting({ result = {} }: Partial<RpcResponse>): ServerGreeting {
  const serverInfo = metaOf(result)[META.serverInfo];
  return {
    route: "modern",
    protocolVersion: NEWEST_MODERN,
    serverInfo: isObject(serverInfo) ? serverInfo : {},
    capabilities: isObject(result.capabilities) ? result.capabilities : UNTOLD,
    instructions: textParam(result, "instructions"),
  };
}
