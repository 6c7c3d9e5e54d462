import { asGatewayError } from "../errors.ts";
import type { JsonObject, RpcRequest, RpcResponse } from "../mcp/message.ts";
import type { ListKind } from "../mcp/methods.ts";
import type { AddressRules } from "../servers/address_rules.ts";
import type { TestReport } from "../servers/test_report.ts";
import { VERSION } from "../version.ts";
import { Connector } from "./connector.ts";
import type { LeakWatch } from "./echo_guard.ts";
import type { HealthNotes } from "./health_notes.ts";
import { HttpClient } from "./http_client.ts";
import { answerServerRequest } from "./legacy_session.ts";
import { readPages } from "./list_pages.ts";
import {
  type Caller,
  type Fetch,
  NO_HEADERS,
  type ServerGreeting,
  type Target,
} from "./upstream.ts";

/** What a trial connection needs. */
export interface TryDeps {
  /** Remembers nothing yet; what is found out is told to it. */
  health: HealthNotes;
  fetch: Fetch;
  addresses: AddressRules;
  leaks: LeakWatch;
  now: () => Date;
}

/** A connection to a server that remembers nothing of earlier ones. */
export interface Trial {
  greeting: ServerGreeting;
  /** A whole list of it. */
  list(kind: ListKind): Promise<readonly JsonObject[]>;
}

/** More work on the connection, once its tools are listed. */
export type TrialWork = (trial: Trial, tools: readonly JsonObject[]) => Promise<void>;

/** What a trial does, and until when. */
export interface TryOptions {
  work?: TrialWork;
  signal?: AbortSignal;
}

const TESTER: Caller = {
  memberId: "admin",
  sessionKey: "test",
  headers: NO_HEADERS,
  era: "modern",
  client: {
    protocolVersion: "2026-07-28",
    info: { name: "aerostack-gateway", version: VERSION },
    capabilities: {},
  },
};

/**
 * Connects to a server as a call would, and lists its tools.
 *
 * A failure is a report with its stage. Throws the signal's reason when that aborts, and
 * leaves no request behind.
 */
export async function tryConnection(
  { fetch, addresses, leaks, health, now }: TryDeps,
  open: () => Target | Promise<Target>,
  { work, signal = new AbortController().signal }: TryOptions = {},
): Promise<TestReport> {
  signal.throwIfAborted();
  const startedMs = performance.now();
  const duration = () => Math.round(performance.now() - startedMs);
  const connector = new Connector({
    http: new HttpClient(fetch, addresses, leaks),
    now,
    unsolicited: { notify: () => {}, ask: (_owner, _target, request) => refuse(request) },
    recall: () => Promise.resolve({ logLevel: null, subscriptions: [] }),
    health,
    log: () => {},
  });
  const onAbort = () => void connector.close();
  signal.addEventListener("abort", onAbort);

  try {
    const target = await open();
    const greeting = await connector.profile(target, TESTER, connector.whenClosed);
    const list = async (kind: ListKind) => {
      return (await readPages(connector, { target, caller: TESTER, kind, signal })).items;
    };
    const tools = await list("tools");
    await work?.({ greeting, list }, tools);

    return {
      ok: true,
      stage: null,
      message: `"${target.slug}" answers and offers ${tools.length} tools.`,
      protocolVersion: greeting.protocolVersion,
      transport: greeting.route === "sse" ? "sse" : "streamable-http",
      era: greeting.route === "modern" ? "modern" : "legacy",
      serverInfo: greeting.serverInfo,
      tools: tools.map(({ name, title, description }) => ({
        name: String(name),
        title: typeof title === "string" ? title : undefined,
        description: typeof description === "string" ? description : undefined,
      })),
      durationMs: duration(),
    };
  } catch (error) {
    signal.throwIfAborted();
    const known = asGatewayError(error);
    return {
      ok: false,
      stage: known.stage ?? "protocol",
      message: known.publicMessage,
      durationMs: duration(),
    };
  } finally {
    signal.removeEventListener("abort", onAbort);
    await connector.close();
  }
}

function refuse(request: RpcRequest): Promise<RpcResponse> {
  return Promise.resolve(answerServerRequest(request));
}
