import { redactText } from "../arguments/redact_text.ts";
import { asGatewayError } from "../errors.ts";
import { addressOf } from "../mcp/methods.ts";
import { type JsonObject, textParam } from "../mcp/message.ts";
import { errorLabel, type Instruments, methodLabel } from "../telemetry/instruments.ts";
import type { Attributes, Span, Telemetry } from "../telemetry/telemetry.ts";
import { noteUpstream } from "../telemetry/stopwatch.ts";
import { withTrace } from "../telemetry/trace_context.ts";
import type { Target, UpstreamAnswer, UpstreamCall } from "./upstream.ts";

/** What observing needs. */
export interface CallObserverDeps {
  telemetry: Telemetry;
  instruments: Pick<Instruments, "asked" | "sessions">;
}

/** How much of a text is said that a caller may choose, and how much is looked through first. */
const MAX_CHARS = 200;
const MAX_SEARCHED = 2_000;

/** Follows requests to servers: a span for each, whose trace they carry, and how long they took. */
export class CallObserver {
  readonly #telemetry: Telemetry;
  readonly #asked: Instruments["asked"];
  readonly #sessions: Instruments["sessions"];

  constructor({ telemetry, instruments }: CallObserverDeps) {
    this.#telemetry = telemetry;
    this.#asked = instruments.asked;
    this.#sessions = instruments.sessions;
  }

  /** Counts a session with a server that is over. */
  readonly sessionEnded = ({ slug }: Target, seconds: number): void => {
    this.#sessions.record(seconds, [slug]);
  };

  /** Has a request made, and gives and throws what `ask` does. */
  async ask(
    call: UpstreamCall,
    ask: (call: UpstreamCall) => Promise<UpstreamAnswer>,
  ): Promise<UpstreamAnswer> {
    const startedMs = performance.now();
    let errorType: string | null = null;
    try {
      const answer = this.#telemetry.isTracing ? await this.#askInSpan(call, ask) : await ask(call);
      errorType = errorTypeOf(answer);
      return answer;
    } catch (error) {
      errorType = failureTypeOf(call, error);
      throw error;
    } finally {
      const { method, target } = call;
      const values = [methodLabel(method), target.slug, errorLabel(errorType)];
      const durationMs = performance.now() - startedMs;
      noteUpstream(durationMs);
      this.#asked.record(durationMs / 1000, values);
    }
  }

  #askInSpan(
    call: UpstreamCall,
    ask: (call: UpstreamCall) => Promise<UpstreamAnswer>,
  ): Promise<UpstreamAnswer> {
    const start = { name: nameOf(call), kind: "client" as const, attributes: attributesOf(call) };
    return this.#telemetry.span(start, async (span) => {
      try {
        const answer = await ask(carrying(call, span));
        describe(span, call, answer);
        return answer;
      } catch (error) {
        span.fail(failureTypeOf(call, error));
        throw error;
      }
    });
  }
}

/** The request with the trace of its span, in place of what its caller's message named. */
function carrying(call: UpstreamCall, { carried }: Span): UpstreamCall {
  if (carried === null) return call;
  return { ...call, params: withTrace(call.params, carried), tracestate: carried.tracestate };
}

function describe(span: Span, call: UpstreamCall, answer: UpstreamAnswer): void {
  const { error } = answer.response;
  // A legacy server is asked under a number of the session's own.
  if (answer.route === "modern") span.set({ "jsonrpc.request.id": textOf(call.id) });
  if (error !== undefined) span.set({ "rpc.response.status_code": String(error.code) });
  const errorType = errorTypeOf(answer);
  if (errorType !== null) span.fail(errorType);
}

function nameOf({ method, params }: UpstreamCall): string {
  const known = methodLabel(method);
  const item = namedItem(method, params);
  return item === null ? known : `${known} ${item}`;
}

function attributesOf(call: UpstreamCall): Attributes {
  const { method, params, target: { slug, url } } = call;
  return {
    "mcp.method.name": textOf(method),
    "aerostack.server": slug,
    "network.transport": "tcp",
    "network.protocol.name": "http",
    "server.address": url.hostname,
    "server.port": Number(url.port) || (url.protocol === "https:" ? 443 : 80),
    ...itemAttributes(method, params),
  };
}

/** What a request says of its tool, prompt or resource. */
export function itemAttributes(method: string, params: JsonObject | undefined): Attributes {
  switch (addressOf(method)) {
    case "tool":
      return {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": textOf(textParam(params, "name") ?? ""),
      };
    case "prompt":
      return { "gen_ai.prompt.name": textOf(textParam(params, "name") ?? "") };
    case "resource":
      return { "mcp.resource.uri": plainUri(textParam(params, "uri") ?? "") };
    default:
      return {};
  }
}

/** The name of the tool or prompt that is asked for; there are few enough for a span's name. */
export function namedItem(method: string, params: JsonObject | undefined): string | null {
  const kind = addressOf(method);
  const name = kind === "tool" || kind === "prompt" ? textParam(params, "name") : null;
  return name === null ? null : textOf(name);
}

/** A text that somebody outside chose, cut, and without what looks like a secret. */
export function textOf(value: string | number): string {
  if (typeof value === "number") return String(value);
  return redactText(value.slice(0, MAX_SEARCHED)).slice(0, MAX_CHARS);
}

/** A URI without the parts in which keys travel. */
function plainUri(uri: string): string {
  return textOf(uri.replace(/[?#].*$/s, "").replace(/^([^/]*:)?\/\/[^/]*@/, "$1//"));
}

function errorTypeOf({ response: { error, result } }: UpstreamAnswer): string | null {
  if (error !== undefined) return String(error.code);
  return result?.isError === true ? "tool_error" : null;
}

/** The kind of failure, or that its caller took the request back. */
function failureTypeOf({ signal }: UpstreamCall, error: unknown): string {
  if (signal.aborted && signal.reason === error) return "cancelled";
  return asGatewayError(error).code;
}
