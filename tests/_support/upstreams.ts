import { startEverythingSse, startEverythingStreamable } from "./everything_upstream.ts";
import { startLegacySessions, startLegacySse, startLegacyStateless } from "./legacy_upstreams.ts";
import { startBothEras, startModern } from "./modern_upstreams.ts";
import type { Upstream } from "./upstream.ts";

/** How an upstream answers, as far as a caller can tell. */
export interface UpstreamKind {
  /** The words that a test's name uses. */
  name: string;
  start(): Upstream | Promise<Upstream>;
  /** Which eras its own front door speaks. */
  eras: readonly ("modern" | "legacy")[];
  /** A tool that gives back the text it is given, and the name of that argument. */
  echo: { tool: string; argument: string };
  /** A call that reports progress before it answers. */
  counting: { tool: string; args: Record<string, unknown>; answer: RegExp };
  /** A call that runs until it is cancelled. */
  waiting: { tool: string; args: (key: string) => Record<string, unknown> };
  /**
   * How a cancellation shows: the tool itself stops, or, where the program
   * keeps that to itself, the notification arrives.
   */
  cancellation: "tool stops" | "notification arrives";
}

const ours = {
  echo: { tool: "echo", argument: "text" },
  counting: { tool: "count", args: { to: 3, pauseMs: 20 }, answer: /counted to 3/ },
  waiting: { tool: "wait", args: (key: string) => ({ key }) },
} as const;

const everything = {
  echo: { tool: "echo", argument: "message" },
  counting: {
    tool: "trigger-long-running-operation",
    args: { duration: 0.3, steps: 3 },
    answer: /completed/,
  },
  waiting: {
    tool: "trigger-long-running-operation",
    args: () => ({ duration: 20, steps: 2 }),
  },
} as const;

/** Every kind of server that the gateway has to get along with. */
export const UPSTREAM_KINDS: readonly UpstreamKind[] = [
  {
    name: "a modern server",
    start: startModern,
    eras: ["modern"],
    cancellation: "tool stops",
    ...ours,
  },
  {
    name: "a server of both eras",
    start: startBothEras,
    eras: ["modern", "legacy"],
    cancellation: "tool stops",
    ...ours,
  },
  {
    name: "a legacy server with sessions",
    start: startLegacySessions,
    eras: ["legacy"],
    cancellation: "tool stops",
    ...ours,
  },
  {
    name: "a legacy server without sessions",
    start: startLegacyStateless,
    eras: ["legacy"],
    cancellation: "notification arrives",
    ...ours,
  },
  {
    name: "an HTTP+SSE server",
    start: startLegacySse,
    eras: ["legacy"],
    cancellation: "tool stops",
    ...ours,
  },
  {
    name: "server-everything on Streamable HTTP",
    start: startEverythingStreamable,
    eras: ["legacy"],
    cancellation: "notification arrives",
    ...everything,
  },
  {
    name: "server-everything on HTTP+SSE",
    start: startEverythingSse,
    eras: ["legacy"],
    cancellation: "notification arrives",
    ...everything,
  },
];
