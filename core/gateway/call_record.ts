import { Buffer } from "node:buffer";
import { type Call, CalledMethod } from "../calls/call.ts";
import type { CallLog } from "../calls/call_log.ts";
import { GatewayError } from "../errors.ts";
import type { Server } from "../servers/server.ts";
import { argumentsToKeep } from "./call_arguments.ts";
import { endBy, type ForwardEnd } from "./forward.ts";
import type { Incoming, Served } from "./incoming.ts";
import { errorAnswer, type Log } from "./rpc_reply.ts";

/** What putting requests on the record needs. */
export interface RecordDeps {
  callLog: CallLog;
  now: () => Date;
  log: Log;
}

/** How a request ended; `server` is null when it is for none, or for one that is not there. */
export interface Ended extends ForwardEnd {
  server: Pick<Server, "id" | "slug"> | null;
}

/**
 * Serves a request and gives its answer when it is on the record: each call, and whatever else
 * the gateway refuses. Never throws; what could not be put on the record is not answered.
 */
export async function onRecord(
  deps: RecordDeps,
  incoming: Incoming,
  run: () => Promise<Ended>,
): Promise<Served> {
  const method = CalledMethod.safeParse(incoming.request.method).data ?? "request";
  // A tool must not run when its call could not be put on the record.
  if (method !== "request" && deps.callLog.isFull) {
    return unrecorded(incoming, busy(), deps.log);
  }

  const arrivedAt = deps.now();
  const startedMs = performance.now();
  const keptFor = argumentsToKeep(incoming, deps.log);
  const end = await run();
  const answer = asServed(end);
  if (method === "request" && end.outcome !== "refused") return answer;

  const durationMs = Math.round((performance.now() - startedMs) * 10) / 10;
  const kept = keptFor === null ? null : await keptFor(end.server);
  const { access: { token, snapshot }, caller, bytesIn } = incoming;
  const call: Call = {
    at: arrivedAt.toISOString(),
    tokenId: token.id,
    person: token.name,
    email: token.email,
    serverId: end.server?.id ?? null,
    server: end.server?.slug ?? null,
    method,
    tool: method === "request" ? incoming.request.method : end.item,
    era: caller.era,
    outcome: end.outcome,
    reason: end.reason,
    durationMs,
    bytesIn,
    bytesOut: end.passed?.sizeBytes ?? Buffer.byteLength(answer.json),
    ...keptFor === null ? {} : { argumentsKept: kept !== null },
  };
  try {
    await deps.callLog.record(snapshot.workspace, call, kept);
    return answer;
  } catch (error) {
    return unrecorded(incoming, error, deps.log);
  }
}

function busy(): GatewayError {
  return new GatewayError("too_many", "Refused a call: the call log is full or closed");
}

/** What could not be put on the record is not answered. */
function unrecorded({ request: { id } }: Incoming, error: unknown, log: Log): Served {
  const { outcome, reason } = endBy(error);
  const response = errorAnswer(id, error, log);
  return asServed({ response, status: 200, outcome, reason, item: "", server: null });
}

function asServed(ended: Ended): Served {
  const { response, status, retryAfterSeconds = null, passed, outcome, reason, server } = ended;
  return {
    json: JSON.stringify(response),
    rest: passed?.rest,
    status,
    retryAfterSeconds: status === 429 ? retryAfterSeconds : null,
    end: { code: response.error?.code ?? null, outcome, reason, server: server?.slug ?? null },
  };
}
