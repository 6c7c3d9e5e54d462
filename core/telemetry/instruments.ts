import { factsOf } from "../mcp/methods.ts";
import type { Counter, Histogram, Metrics } from "./metrics.ts";

/** The upper bounds of durations in seconds, as the conventions for MCP want them. */
const DURATION_BOUNDS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300];

/** What the conventions call a value that is not among those that are listed. */
const OTHER = "_OTHER";

/** What every request is counted by. */
export interface Instruments {
  /** By method, server, outcome, reason and error. */
  served: Histogram;
  /** By method, server and error. */
  asked: Histogram;
  /** By server. */
  sessions: Histogram;
  /** By the code of the error. */
  refused: Counter;
}

/**
 * Adds what every request is counted by (OpenTelemetry, Semantic conventions for MCP).
 *
 * Tools are not told apart: there are thousands of them behind one gateway, and `aerostack
 * analytics` counts each. So do spans.
 */
export function addInstruments(metrics: Metrics): Instruments {
  return {
    served: metrics.histogram({
      name: "mcp.server.operation.duration",
      unit: "s",
      help: "How long requests of clients took until their answer was on the record.",
      labels: [
        "mcp.method.name",
        "aerostack.server",
        "aerostack.outcome",
        "aerostack.reason",
        "error.type",
      ],
    }, DURATION_BOUNDS),
    asked: metrics.histogram({
      name: "mcp.client.operation.duration",
      unit: "s",
      help: "How long requests to servers took until their answer was there.",
      labels: ["mcp.method.name", "aerostack.server", "error.type"],
    }, DURATION_BOUNDS),
    sessions: metrics.histogram({
      name: "mcp.client.session.duration",
      unit: "s",
      help: "How long sessions with legacy servers were open.",
      labels: ["aerostack.server"],
    }, DURATION_BOUNDS),
    refused: metrics.counter({
      name: "aerostack.requests.refused",
      unit: "{request}",
      help: "HTTP requests to MCP endpoints that were refused before they were read as MCP.",
      labels: ["error.type"],
    }),
  };
}

/** A method as few words: one that no revision has is as any other such. */
export function methodLabel(method: string): string {
  return factsOf(method) === undefined ? OTHER : method;
}

/** A type of error as few words: servers may choose codes outside of the reserved range. */
export function errorLabel(errorType: string | null): string {
  if (errorType === null) return "";
  const code = Number(errorType);
  return Number.isNaN(code) || (code >= -32_768 && code <= -32_000) ? errorType : OTHER;
}
