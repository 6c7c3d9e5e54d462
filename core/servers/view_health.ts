import { readPin } from "./protocol_pin.ts";
import type { Server } from "./server.ts";
import type { ServerHealth, ServerHealthView } from "./server_health.ts";

/** A server's health as people see it: what an admin fixed is not found out. */
export function viewHealth(server: Server, { eras, breaker }: ServerHealth): ServerHealthView {
  const pin = readPin(server.protocol);
  if (pin !== null) {
    return {
      eras: [pin.route === "modern" ? "modern" : "legacy"],
      transport: pin.route === "sse" ? "sse" : "streamable-http",
      probedAt: null,
      breaker,
    };
  }

  if (eras === null || eras.url !== server.externalUrl) {
    return { eras: [], transport: null, probedAt: null, breaker };
  }
  const isLegacy = eras.legacy !== null && eras.legacy !== "none";
  const spoken = [
    ...(eras.modern ? ["modern" as const] : []),
    ...(isLegacy ? ["legacy" as const] : []),
  ];
  const isSse = !eras.modern && eras.legacy === "sse";
  return {
    eras: spoken,
    transport: spoken.length === 0 ? null : isSse ? "sse" : "streamable-http",
    probedAt: eras.probedAt,
    breaker,
  };
}
