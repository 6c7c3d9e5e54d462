import type { ProtocolPin } from "../../../../../core/servers/protocol_pin.ts";

const LABELS: Record<ProtocolPin, string> = {
  auto: "Find out by itself",
  "2026-07-28": "2026-07-28, modern",
  "2025-11-25": "2025-11-25, Streamable HTTP",
  "2025-06-18": "2025-06-18, Streamable HTTP",
  "2025-03-26": "2025-03-26, Streamable HTTP",
  "2024-11-05": "2024-11-05, HTTP+SSE",
  sse: "HTTP+SSE, any revision",
};

/** How a server may be spoken to, as a form offers it. */
export const PROTOCOLS = Object.entries(LABELS).map(([value, label]) => ({ value, label }));
