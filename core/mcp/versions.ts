/** The two families of revisions: with sessions begun by `initialize`, and without. */
export type Era = "modern" | "legacy";

/** How a server is spoken to; all but the first are legacy. */
export type Route = "modern" | "streamable" | "sse";

/** The era that a server is spoken to in. */
export function eraOfRoute(route: Route): Era {
  return route === "modern" ? "modern" : "legacy";
}

/** Revisions that begin with `initialize`, newest first. */
export const LEGACY_VERSIONS: readonly string[] = [
  "2025-11-25",
  "2025-06-18",
  "2025-03-26",
  "2024-11-05",
];

/** Revisions that carry everything in each request's `_meta`, newest first. */
export const MODERN_VERSIONS: readonly string[] = ["2026-07-28"];

/** The legacy revision that is offered when a client asks for an unknown one. */
export const NEWEST_LEGACY = "2025-11-25";

/** The modern revision that the gateway itself speaks to servers. */
export const NEWEST_MODERN = "2026-07-28";

/** What a request without a version header speaks (2025-06-18, Transports). */
export const ASSUMED_LEGACY = "2025-03-26";

/** Everything that the gateway speaks, newest first. */
export const ALL_VERSIONS: readonly string[] = [...MODERN_VERSIONS, ...LEGACY_VERSIONS];

/** Whether a version string names a revision of 2026-07-28 or later. */
export function isModernVersion(version: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(version) && version >= "2026-07-28";
}

/** The version with which to answer `initialize` (2025-11-25, Lifecycle). */
export function negotiateLegacy(requested: unknown): string {
  if (typeof requested === "string" && LEGACY_VERSIONS.includes(requested)) return requested;
  return NEWEST_LEGACY;
}
