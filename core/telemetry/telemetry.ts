import type { Metrics } from "./metrics.ts";
import type { TraceContext } from "./trace_context.ts";

/** What is said of a span; values that a stranger chooses are cut by whoever says them. */
export type Attributes = Readonly<Record<string, string | number | boolean>>;

/** The fields that carry a trace to the next hop (W3C Trace Context). */
export interface TraceFields {
  traceparent: string;
  tracestate: string | null;
}

/** A span that begins. */
export interface SpanStart {
  name: string;
  kind: "server" | "client";
  attributes: Attributes;
  /** What came with the request; it is continued in the order of the conventions for MCP. */
  remote?: TraceContext;
}

/** A span that is under way. */
export interface Span {
  /** What goes with a request to the next hop; `null` where traces are not carried on. */
  readonly carried: TraceFields | null;
  rename(name: string): void;
  set(attributes: Attributes): void;
  /** Marks it as failed, by a word of which there are few. */
  fail(errorType: string): void;
}

/**
 * Where traces and metrics go.
 *
 * Core makes spans and counts; who exports them, to where and how often is decided outside.
 */
export interface Telemetry {
  /** Whether anything leaves the process, which then takes a moment longer to end. */
  readonly isExporting: boolean;
  /** Whether spans go anywhere. Ask before preparing one: nothing is made while it is off. */
  readonly isTracing: boolean;
  /** Runs something inside a span, which ends when it settles. */
  span<T>(start: SpanStart, run: (span: Span) => Promise<T>): Promise<T>;
  /** Runs something without what a request brought along beside its trace (W3C Baggage). */
  withoutBaggage<T>(run: () => T): T;
  /** Has these metrics exported, now and as they grow. */
  publish(metrics: Metrics): void;
}

const NO_SPAN: Span = { carried: null, rename: () => {}, set: () => {}, fail: () => {} };

/** Telemetry that goes nowhere. */
export const NO_TELEMETRY: Telemetry = {
  isExporting: false,
  isTracing: false,
  span: (_start, run) => run(NO_SPAN),
  withoutBaggage: (run) => run(),
  publish: () => {},
};
