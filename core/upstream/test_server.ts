import { asGatewayError } from "../errors.ts";
import type { RpcRequest, RpcResponse } from "../mcp/message.ts";
import type { Server } from "../servers/server.ts";
import type { TestReport } from "../servers/test_report.ts";
import type { SecretStore } from "../secrets/secret_store.ts";
import type { Keyring } from "../secrets/keyring.ts";
import { VERSION } from "../version.ts";
import type { AddressRules } from "../servers/address_rules.ts";
import { Connector } from "./connector.ts";
import type { HealthNotes } from "./health_notes.ts";
import { HttpClient } from "./http_client.ts";
import { answerServerRequest } from "./legacy_session.ts";
import { openTarget } from "./open_target.ts";
import { readPages } from "./list_pages.ts";
import { type Caller, type Fetch, NO_HEADERS } from "./upstream.ts";

interface Deps {
  secrets: SecretStore;
  keyring: Keyring;
  health: HealthNotes;
  fetch: Fetch;
  addresses: AddressRules;
  now: () => Date;
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
 * Nothing that is remembered of the server is used, so what is reported is what holds
 * now. Never throws: a failure is a report with its stage.
 */
export async function testServer(deps: Deps, server: Server): Promise<TestReport> {
  const startedMs = performance.now();
  const duration = () => Math.round(performance.now() - startedMs);
  const { now, health } = deps;
  const connector = new Connector({
    http: new HttpClient(deps.fetch, deps.addresses),
    now,
    unsolicited: { notify: () => {}, ask: (_owner, _target, request) => refuse(request) },
    recall: () => Promise.resolve({ logLevel: null, subscriptions: [] }),
    health: withoutMemory(health),
    log: () => {},
  });

  try {
    const target = await openTarget(deps, server);
    const { signal } = new AbortController();
    const greeting = await connector.profile(target, TESTER, signal);
    const query = { target, caller: TESTER, kind: "tools", signal } as const;
    const { items: tools } = await readPages(connector, query);

    return {
      ok: true,
      stage: null,
      message: `"${server.slug}" answers and offers ${tools.length} tools.`,
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
    const known = asGatewayError(error);
    return {
      ok: false,
      stage: known.stage ?? "protocol",
      message: known.publicMessage,
      durationMs: duration(),
    };
  } finally {
    await connector.close();
  }
}

function refuse(request: RpcRequest): Promise<RpcResponse> {
  return Promise.resolve(answerServerRequest(request));
}

/** Notes that know nothing yet, and keep what is found out for everybody. */
function withoutMemory(health: HealthNotes): HealthNotes {
  return {
    eras: () => Promise.resolve(null),
    setEras: (server, eras) => health.setEras(server, eras),
    dropEras: (server) => health.dropEras(server),
    setBreaker: () => Promise.resolve(),
  };
}
