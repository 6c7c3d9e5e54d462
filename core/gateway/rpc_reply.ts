import { asGatewayError, GatewayError } from "../errors.ts";
import type { ProtocolFault } from "../mcp/eras.ts";
import { errorOf, type RequestId, RPC, type RpcResponse } from "../mcp/message.ts";
import { TakenBack } from "./in_flight.ts";

/** Where texts for the operator go. */
export type Log = (line: string) => void;

/** An error as a JSON-RPC answer: its public sentence and code, nothing of its detail. */
export function errorAnswer(id: RequestId | undefined, error: unknown, log: Log): RpcResponse {
  // Nobody will read it, and it is no failure that a log should show.
  if (error instanceof TakenBack) return errorOf(id, RPC.internalError, "It was taken back");
  const known = asGatewayError(error);
  if (known.code === "internal") log(`Internal error: ${known.stack ?? known.message}`);
  return errorOf(id, known.rpcCode, known.publicMessage, known.data);
}

/** An error that ends a request before it is a request: with its HTTP status. */
export function errorResponse(error: unknown, log: Log): Response {
  const known = asGatewayError(error);
  if (known.code === "unauthorized") return refusal();
  return Response.json(errorAnswer(undefined, known, log), {
    status: known.status,
    headers: retryAfter(known.retryAfterSeconds),
  });
}

/** The header that says when to try again; none where that is no matter of time. */
export function retryAfter(seconds: number | null): Record<string, string> {
  return seconds === null ? {} : { "retry-after": String(seconds) };
}

/** The one refusal of every caller who may not come in. */
function refusal(): Response {
  const error = new GatewayError("unauthorized", "");
  return Response.json(errorOf(undefined, error.rpcCode, error.publicMessage), {
    status: error.status,
    headers: { "www-authenticate": 'Bearer realm="aerostack"' },
  });
}

/** A request that breaks the protocol, in the form that the specification wants. */
export function faultResponse(id: RequestId | undefined, fault: ProtocolFault): Response {
  const body = errorOf(id, fault.code, fault.message, fault.data);
  return Response.json(body, { status: fault.status });
}
