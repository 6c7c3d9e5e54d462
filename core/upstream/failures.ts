import { networkProblem } from "../egress/network_problem.ts";
import { type FailureStage, GatewayError, type UpstreamFault } from "../errors.ts";
import { JsonTooDeep, MAX_JSON_DEPTH } from "../mcp/json_lexer.ts";
import { NoRoom } from "./answer_room.ts";
import { NotUtf8 } from "../mcp/strict_text.ts";

/** What a failure at a stage says about its server, unless it is known better. */
const FAULTS: Partial<Record<FailureStage, UpstreamFault>> = {
  dns: "unsent",
  tls: "unsent",
  connect: "lost",
  timeout: "down",
};

/**
 * Says that a server failed, and how, in a sentence for those who call it.
 *
 * Never built from what the server or the network layer said: their texts may
 * hold the URL with its secrets. `fault` decides whether it is tried again, and
 * whether it counts against the server; `null` when the server did nothing wrong.
 */
export function upstreamFailure(
  slug: string,
  stage: FailureStage,
  what: string,
  fault: UpstreamFault | null = FAULTS[stage] ?? null,
): GatewayError {
  const code = stage === "timeout" ? "upstream_timeout" : "upstream_failed";
  const sentence = `Server "${slug}" ${what}`;
  return new GatewayError(code, sentence, {
    publicMessage: sentence,
    stage,
    fault: fault ?? undefined,
  });
}

/** The failure of a server that answers with an HTTP status that means nothing in MCP. */
export function httpFailure(slug: string, status: number): GatewayError {
  const fault = status >= 500 ? "down" : null;
  return upstreamFailure(slug, "http", `answered HTTP ${status}`, fault);
}

/** The failure of a server that sends what nobody should read; `null` for any other. */
export function breachFailure(slug: string, error: unknown): GatewayError | null {
  if (error instanceof JsonTooDeep) {
    const what = `sent an answer that is nested deeper than ${MAX_JSON_DEPTH}`;
    return upstreamFailure(slug, "protocol", what);
  }
  if (error instanceof NoRoom) {
    const what = "sent a large answer while the gateway held as much as it may; try again";
    return upstreamFailure(slug, "protocol", what);
  }
  if (error instanceof NotUtf8) {
    return upstreamFailure(slug, "protocol", "sent text that is not UTF-8");
  }
  return null;
}

/** The limits of time that a server's owner sets, by the names that people know. */
export type TimeoutName = "connect" | "first byte" | "idle" | "total";

const TOO_LATE: Record<TimeoutName, string> = {
  connect: "did not begin to speak within",
  "first byte": "sent nothing of an answer within",
  idle: "fell silent in the middle of an answer for",
  total: "did not answer within",
};

/** The failure of a server that took too long, and which limit says so. */
export function timeoutFailure(
  slug: string,
  timeoutMs: number,
  name: TimeoutName = "total",
): GatewayError {
  const seconds = Math.round(timeoutMs / 10) / 100;
  return upstreamFailure(slug, "timeout", `${TOO_LATE[name]} ${seconds} s (${name} timeout)`);
}

/** The failure of a call whose answer was not taken in time; its server did nothing wrong. */
export function notTakenFailure(slug: string, timeoutMs: number): GatewayError {
  const seconds = Math.round(timeoutMs / 10) / 100;
  const what = `answered, but its answer was not read to the end within ${seconds} s`;
  return upstreamFailure(slug, "timeout", `${what} (total timeout)`, null);
}

/** Turns what `fetch` threw into a failure that names the server and the stage. */
export function networkFailure(slug: string, error: unknown): GatewayError {
  const { stage, what, fault } = networkProblem(error);
  return upstreamFailure(slug, stage, what, fault ?? undefined);
}
