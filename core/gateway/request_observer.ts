import { itemAttributes, namedItem, textOf } from "../upstream/call_observer.ts";
import { NO_SESSION } from "../sessions/session.ts";
import { errorLabel, type Instruments, methodLabel } from "../telemetry/instruments.ts";
import type { Attributes, Span, SpanStart, Telemetry } from "../telemetry/telemetry.ts";
import { traceContextOf } from "../telemetry/trace_context.ts";
import type { Incoming, RequestEnd, Served } from "./incoming.ts";

/** What observing needs. */
export interface RequestObserverDeps {
  telemetry: Telemetry;
  instruments: Pick<Instruments, "served">;
}

/** The request that ends only when its client leaves; open streams are counted elsewhere. */
const ENDLESS = "subscriptions/listen";

/** Follows requests of clients: a span for each, and how long they took. */
export class RequestObserver {
  readonly #telemetry: Telemetry;
  readonly #served: Instruments["served"];

  constructor({ telemetry, instruments }: RequestObserverDeps) {
    this.#telemetry = telemetry;
    this.#served = instruments.served;
  }

  /** Has a request served. `serve` never rejects. */
  async serve(incoming: Incoming, serve: () => Promise<Served>): Promise<Served> {
    const { method } = incoming.request;
    if (method === ENDLESS) return await serve();

    const startedMs = performance.now();
    const served = this.#telemetry.isTracing
      ? await this.#serveInSpan(incoming, serve)
      : await serve();
    const { server, outcome, reason } = served.end;
    const error = errorLabel(errorTypeOf(served.end));
    const values = [methodLabel(method), server ?? "", outcome, reason ?? "", error];
    this.#served.record((performance.now() - startedMs) / 1000, values);
    return served;
  }

  #serveInSpan(incoming: Incoming, serve: () => Promise<Served>): Promise<Served> {
    return this.#telemetry.span(startOf(incoming), async (span) => {
      const served = await serve();
      describe(span, incoming, served.end);
      return served;
    });
  }
}

function startOf({ request, access, caller }: Incoming): SpanStart {
  const { method, params } = request;
  const session: Attributes = caller.sessionKey === NO_SESSION
    ? {}
    : { "mcp.session.id": caller.sessionKey };
  return {
    name: methodLabel(method),
    kind: "server",
    attributes: {
      "mcp.method.name": textOf(method),
      "mcp.protocol.version": textOf(caller.client.protocolVersion),
      "jsonrpc.request.id": textOf(request.id),
      "network.transport": "tcp",
      "network.protocol.name": "http",
      "aerostack.workspace": access.snapshot.workspace.slug,
      "aerostack.member": access.token.id,
      ...session,
      ...itemAttributes(method, params),
    },
    remote: traceContextOf(params, caller.headers),
  };
}

function describe(span: Span, { request: { method, params } }: Incoming, end: RequestEnd): void {
  const { code, outcome, reason, server } = end;
  if (server !== null) span.set({ "aerostack.server": server });
  span.set({ "aerostack.outcome": outcome });
  if (reason !== null) span.set({ "aerostack.reason": reason });
  if (code !== null) span.set({ "rpc.response.status_code": String(code) });
  const errorType = errorTypeOf(end);
  if (errorType !== null) span.fail(errorType);

  // Whatever was not passed on may be a name that nobody has: they would be without number.
  const item = outcome === "refused" || server === null ? null : namedItem(method, params);
  if (item !== null) span.rename(`${method} ${item}`);
}

function errorTypeOf({ code, outcome }: RequestEnd): string | null {
  if (outcome === "cancelled" || outcome === "tool_error") return outcome;
  return code === null ? null : String(code);
}
