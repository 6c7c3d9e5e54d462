import type { ClientTarget, TestClient } from "./client.ts";
import { inspector } from "./inspector_client.ts";
import {
  connectLegacySse,
  connectLegacyStreamable,
  connectMcpRemote,
  connectMcpRemoteAuto,
} from "./legacy_clients.ts";
import { connectSdkAuto, connectSdkLegacy, connectSdkPinned } from "./modern_clients.ts";

/** A real MCP client, and what can be asked of it. */
export interface ClientKind {
  /** The words that a test's name uses. */
  name: string;
  /** The eras it can speak; the first is what it prefers. */
  eras: readonly ("modern" | "legacy")[];
  /** Which of the legacy transports it opens with. */
  transport: "streamable" | "sse";
  /** Whether it hands progress over. */
  seesProgress: boolean;
  /** Whether it can take a call back. */
  takesBack: boolean;
  connect(target: ClientTarget): Promise<TestClient>;
}

/** Every kind of client that the gateway has to get along with. */
export const CLIENT_KINDS: readonly ClientKind[] = [
  {
    name: "SDK 1 on Streamable HTTP",
    eras: ["legacy"],
    transport: "streamable",
    seesProgress: true,
    takesBack: true,
    connect: connectLegacyStreamable,
  },
  {
    name: "SDK 1 on HTTP+SSE",
    eras: ["legacy"],
    transport: "sse",
    seesProgress: true,
    takesBack: true,
    connect: connectLegacySse,
  },
  {
    name: "SDK 2 in legacy mode",
    eras: ["legacy"],
    transport: "streamable",
    seesProgress: true,
    takesBack: true,
    connect: connectSdkLegacy,
  },
  {
    name: "SDK 2 in auto mode",
    eras: ["modern", "legacy"],
    transport: "streamable",
    seesProgress: true,
    takesBack: true,
    connect: connectSdkAuto,
  },
  {
    name: "SDK 2 pinned to 2026-07-28",
    eras: ["modern"],
    transport: "streamable",
    seesProgress: true,
    takesBack: true,
    connect: connectSdkPinned,
  },
  {
    name: "mcp-remote",
    eras: ["legacy"],
    transport: "streamable",
    seesProgress: true,
    takesBack: true,
    connect: connectMcpRemote,
  },
  {
    name: "mcp-remote with --protocol auto",
    eras: ["modern", "legacy"],
    transport: "streamable",
    seesProgress: true,
    // In the modern era it sends the notification of the legacy one, which says
    // nothing there, and leaves its stream open.
    takesBack: false,
    connect: connectMcpRemoteAuto,
  },
  {
    name: "the Inspector CLI",
    eras: ["legacy"],
    transport: "streamable",
    seesProgress: false,
    takesBack: false,
    connect: (target) => Promise.resolve(inspector({ transport: "http", era: "legacy" }, target)),
  },
  {
    name: "the Inspector CLI on HTTP+SSE",
    eras: ["legacy"],
    transport: "sse",
    seesProgress: false,
    takesBack: false,
    connect: (target) => Promise.resolve(inspector({ transport: "sse", era: "legacy" }, target)),
  },
  {
    name: "the Inspector CLI in the modern era",
    eras: ["modern"],
    transport: "streamable",
    seesProgress: false,
    takesBack: false,
    connect: (target) => Promise.resolve(inspector({ transport: "http", era: "modern" }, target)),
  },
];
