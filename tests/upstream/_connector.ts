import type {
  JsonObject,
  RpcNotification,
  RpcRequest,
  RpcResponse,
} from "../../core/mcp/message.ts";
import { errorOf, RPC } from "../../core/mcp/message.ts";
import { newServerId } from "../../core/ids.ts";
import { AddressRules } from "../../core/servers/address_rules.ts";
import { EventStore } from "../../core/events/event_store.ts";
import { ServerHealthStore } from "../../core/servers/server_health_store.ts";
import { DEFAULT_TIMEOUTS } from "../../core/servers/timeouts.ts";
import { Connector } from "../../core/upstream/connector.ts";
import type { LeakWatch } from "../../core/upstream/echo_guard.ts";
import { HttpClient } from "../../core/upstream/http_client.ts";
import type {
  Caller,
  Fetch,
  Target,
  Unsolicited,
  UpstreamCall,
} from "../../core/upstream/upstream.ts";
import { NOBODY_WATCHES } from "./_sessions.ts";
import { type MemoryStore, memoryStore } from "../_support/store.ts";

/** The connector of one process, on a store that others may share. */
export interface Bench extends AsyncDisposable {
  connector: Connector;
  health: ServerHealthStore;
  store: MemoryStore;
  log: string[];
  /** Moves the clock forward. */
  advance(delayMs: number): void;
  /** The connector of another process. */
  another(): Bench;
}

/** What a test may decide about its connector. */
export interface BenchOptions {
  fetch?: Fetch;
  leaks?: LeakWatch;
  unsolicited?: Unsolicited;
}

/** Starts a connector on a store of its own. */
export async function startBench(options: BenchOptions = {}): Promise<Bench> {
  const store = await memoryStore();
  const bench = benchOn(store, options);
  return {
    ...bench,
    async [Symbol.asyncDispose]() {
      await bench[Symbol.asyncDispose]();
      store.close();
    },
  };
}

function benchOn(store: MemoryStore, options: BenchOptions): Bench {
  let nowMs = Date.now();
  const now = () => new Date(nowMs);
  const log: string[] = [];
  const events = new EventStore(store.kv, now);
  const health = new ServerHealthStore(store.kv, {
    instanceId: crypto.randomUUID(),
    events,
    now,
  });
  const addresses = new AddressRules({ allowPrivate: true });
  const connector = new Connector({
    http: new HttpClient(options.fetch ?? fetch, addresses, options.leaks ?? NOBODY_WATCHES),
    now,
    unsolicited: options.unsolicited ?? NOBODY,
    recall: () => Promise.resolve({ logLevel: null, subscriptions: [] }),
    health,
    log: (line) => void log.push(line),
  });

  return {
    connector,
    health,
    store,
    log,
    advance: (delayMs) => void (nowMs += delayMs),
    another: () => benchOn(store, options),
    [Symbol.asyncDispose]: () => connector.close(),
  };
}

/** A server at an address, with what a test wants to be otherwise. */
export function targetAt(
  url: string,
  { timeouts, ...change }: Partial<Omit<Target, "timeouts">> & {
    timeouts?: Partial<Target["timeouts"]>;
  } = {},
): Target {
  const id = change.id ?? newServerId();
  const all = { ...DEFAULT_TIMEOUTS, ...timeouts };
  const fingerprint = change.fingerprint ?? JSON.stringify([id, url, change.protocol]);
  return {
    id,
    slug: "notes",
    url: new URL(url),
    injections: [],
    searched: [],
    fingerprint,
    sharedFingerprint: fingerprint,
    protocol: "auto",
    timeoutMs: all.totalSeconds * 1000,
    timeouts: all,
    maxConcurrent: 100,
    forwardHeaders: [],
    onLeak: "redact",
    ...change,
  };
}

/** A client of an era. */
export function callerOf(era: "modern" | "legacy", change: Partial<Caller> = {}): Caller {
  const protocolVersion = era === "modern" ? "2026-07-28" : "2025-06-18";
  return {
    memberId: "admin",
    sessionKey: "none",
    era,
    client: { protocolVersion, info: { name: "test", version: "1" }, capabilities: {} },
    headers: new Headers(),
    ...change,
  };
}

/** A call of a tool. */
export function toolCall(
  target: Target,
  name: string,
  change: Partial<UpstreamCall> & { args?: JsonObject } = {},
): UpstreamCall {
  const { args = {}, ...rest } = change;
  return {
    target,
    caller: callerOf("modern"),
    id: 1,
    method: "tools/call",
    params: { name, arguments: args },
    paramHeaders: [],
    signal: new AbortController().signal,
    timeoutMs: target.timeoutMs,
    isRepeatable: false,
    onNotification: (_: RpcNotification) => {},
    onRequest: (request: RpcRequest) => Promise.resolve(cannotAsk(request)),
    ...rest,
  };
}

/** How a call failed: its code and its sentence. */
export async function failureOf(
  answer: Promise<unknown>,
): Promise<{ code: string; message: string }> {
  try {
    await answer;
  } catch (error) {
    if (error instanceof Error && "code" in error) {
      return { code: String(error.code), message: error.message };
    }
    throw error;
  }
  throw new Error("The call did not fail");
}

function cannotAsk(request: RpcRequest): RpcResponse {
  return errorOf(request.id, RPC.methodNotFound, "Nobody to ask");
}

const NOBODY: Unsolicited = {
  notify: () => {},
  ask: (_owner, _target, request) => Promise.resolve(cannotAsk(request)),
};
