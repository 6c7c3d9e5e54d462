import type { Disabling } from "../../../../../core/servers/disabling.ts";
import type { ServerHealthView } from "../../../../../core/servers/server_health.ts";
import type { BadgeKind } from "../../../(_components)/Badge.tsx";

/** How a server is, in a word. */
export interface ServerState {
  kind: BadgeKind;
  word: string;
  /** What wants to be looked at comes first. */
  order: number;
}

/** How a server is, as far as it is known. */
export function stateOf(
  { disabled, health }: { disabled: Disabling | null; health: ServerHealthView },
): ServerState {
  if (disabled?.reason === "leak") return { kind: "bad", word: "blocked", order: 0 };
  if (health.breaker !== null) return { kind: "bad", word: "not answering", order: 1 };
  if (disabled !== null) return { kind: "neutral", word: "disabled", order: 2 };
  if (health.eras.length === 0) return { kind: "neutral", word: "not tried yet", order: 3 };
  return { kind: "good", word: "reachable", order: 4 };
}

/** The eras that a server speaks: `modern and legacy`; empty where that is not known. */
export function spokenEras({ eras }: ServerHealthView): string {
  return eras.join(" and ");
}

/** The transport of a server: `Streamable HTTP`; empty where that is not known. */
export function spokenTransport({ transport }: ServerHealthView): string {
  if (transport === null) return "";
  return transport === "sse" ? "HTTP+SSE" : "Streamable HTTP";
}
