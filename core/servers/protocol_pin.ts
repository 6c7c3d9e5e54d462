import { z } from "zod";

/**
 * How a server is spoken to: `auto` finds out, anything else is an admin's word.
 *
 * `2024-11-05` and `sse` are HTTP+SSE; `sse` leaves the version to the handshake.
 */
export const ProtocolPin = z.enum(
  ["auto", "2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05", "sse"],
  "must be auto, sse, or one of the protocol's revisions from 2024-11-05 to 2026-07-28",
);
export type ProtocolPin = z.infer<typeof ProtocolPin>;

/** The way and the version that an admin fixed; `null` version = as the handshake ends. */
export interface Pinned {
  route: "modern" | "streamable" | "sse";
  version: string | null;
}

/** What a pin says, or `null` when it leaves everything open. */
export function readPin(pin: ProtocolPin): Pinned | null {
  if (pin === "auto") return null;
  if (pin === "sse") return { route: "sse", version: null };
  if (pin === "2024-11-05") return { route: "sse", version: pin };
  return { route: pin === "2026-07-28" ? "modern" : "streamable", version: pin };
}
