import type { ClientTarget } from "./client.ts";
import type { FeatureClient } from "./feature_client.ts";
import { connectSseFeatures, connectStreamableFeatures } from "./feature_client_legacy.ts";
import { connectModernFeatures } from "./feature_client_modern.ts";
import type { FeatureServer, FeatureServerOptions } from "./feature_server.ts";
import { startSseFeatures, startStreamableFeatures } from "./feature_server_legacy.ts";
import { startModernFeatures } from "./feature_server_modern.ts";
import type { LegacyVersion } from "./feature_sessions.ts";

/** The newest revision that one side of a connection knows. */
export type Version = LegacyVersion | "2026-07-28";

/** How messages are carried. */
export type Carriage = "HTTP+SSE" | "Streamable" | "modern";

/** A kind of client or server, by what it speaks. */
export interface Kind {
  /** The words that a test's name and the table use. */
  name: string;
  version: Version;
  carriage: Carriage;
}

/** A kind of client that uses every feature of its revision. */
export interface FeatureClientKind extends Kind {
  connect(target: ClientTarget): Promise<FeatureClient>;
}

/** A kind of server that offers every feature of its revision. */
export interface FeatureServerKind extends Kind {
  start(options?: FeatureServerOptions): FeatureServer | Promise<FeatureServer>;
}

/** Clients of every era and transport. */
export const FEATURE_CLIENTS: readonly FeatureClientKind[] = [
  sseClient("2024-11-05"),
  sseClient("2025-11-25"),
  streamableClient("2025-06-18"),
  streamableClient("2025-11-25"),
  {
    name: "modern 2026-07-28",
    version: "2026-07-28",
    carriage: "modern",
    connect: connectModernFeatures,
  },
];

/** Servers of every era and transport. */
export const FEATURE_SERVERS: readonly FeatureServerKind[] = [
  sseServer("2024-11-05"),
  sseServer("2025-11-25"),
  streamableServer("2025-06-18"),
  streamableServer("2025-11-25"),
  {
    name: "modern 2026-07-28",
    version: "2026-07-28",
    carriage: "modern",
    start: startModernFeatures,
  },
];

function sseClient(version: LegacyVersion): FeatureClientKind {
  const connect = (target: ClientTarget) => connectSseFeatures(version, target);
  return { name: `HTTP+SSE ${version}`, version, carriage: "HTTP+SSE", connect };
}

function streamableClient(version: LegacyVersion): FeatureClientKind {
  const connect = (target: ClientTarget) => connectStreamableFeatures(version, target);
  return { name: `Streamable ${version}`, version, carriage: "Streamable", connect };
}

function sseServer(version: LegacyVersion): FeatureServerKind {
  const start = (options?: FeatureServerOptions) => startSseFeatures(version, options);
  return { name: `HTTP+SSE ${version}`, version, carriage: "HTTP+SSE", start };
}

function streamableServer(version: LegacyVersion): FeatureServerKind {
  const start = (options?: FeatureServerOptions) => startStreamableFeatures(version, options);
  return { name: `Streamable ${version}`, version, carriage: "Streamable", start };
}
