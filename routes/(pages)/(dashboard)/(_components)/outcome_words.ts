import type { Outcome } from "../../../../core/calls/call.ts";

/** How pages call the ways in which a call ends. */
export const OUTCOMES: Record<Outcome, string> = {
  ok: "ok",
  tool_error: "tool error",
  protocol_error: "protocol error",
  upstream_failure: "server failed",
  refused: "refused",
  cancelled: "cancelled",
  input_required: "asked its client",
};
