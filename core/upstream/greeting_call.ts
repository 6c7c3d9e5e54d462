import { answerServerRequest } from "./legacy_session.ts";
import type { Caller, Target, UpstreamCall } from "./upstream.ts";

/** A call that is never sent: what opens a session or asks for a greeting goes by it. */
export function greetingCall(target: Target, caller: Caller, signal: AbortSignal): UpstreamCall {
  return {
    target,
    caller,
    id: "aerostack-greeting",
    method: "ping",
    params: undefined,
    paramHeaders: [],
    signal,
    timeoutMs: target.timeoutMs,
    isRepeatable: true,
    onNotification: () => {},
    onRequest: (request) => Promise.resolve(answerServerRequest(request)),
  };
}
