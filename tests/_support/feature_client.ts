import type { CalledTool, CallOptions } from "./client.ts";

/** A message of the server's log. */
export interface LogLine {
  level: string;
  data: unknown;
}

/** A question that a server asked its client, as the client was given it. */
export interface Asked {
  method: string;
  params: Record<string, unknown>;
}

/** What of a list, and of what happens outside of calls, a client has heard. */
export interface Heard {
  /** Methods of the `list_changed` notifications. */
  changes: string[];
  /** URIs of resources that were updated. */
  updated: string[];
  logs: LogLine[];
  asked: Asked[];
}

/** The text of a resource under the URI that it came with. */
export interface ReadContents {
  uri: string;
  text?: string;
}

/** A content block of a tool or a prompt. */
export interface Block {
  type: string;
  text?: string;
  uri?: string;
  resource?: ReadContents;
}

/** A real client that uses every feature, whatever revision it speaks. */
export interface FeatureClient extends AsyncDisposable {
  readonly heard: Heard;
  listTools(): Promise<string[]>;
  callTool(
    name: string,
    args?: Record<string, unknown>,
    options?: CallOptions,
  ): Promise<CalledTool>;
  /** URIs by name. */
  listResources(): Promise<Map<string, string>>;
  listTemplates(): Promise<string[]>;
  readResource(uri: string): Promise<ReadContents[]>;
  listPrompts(): Promise<string[]>;
  getPrompt(name: string, args: Record<string, string>): Promise<Block[]>;
  complete(
    ref: { type: "ref/prompt"; name: string } | { type: "ref/resource"; uri: string },
    argument: { name: string; value: string },
  ): Promise<string[]>;
  /** Asks for log messages in the way of its era. */
  setLogLevel(level: "debug" | "info" | "warning" | "error"): Promise<void>;
  /** Wants to hear of all lists, and of these resources, in the way of its era. */
  listen(uris: string[]): Promise<void>;
  /** Says that its roots changed, which the modern era has no word for. */
  sayRootsChanged(): Promise<void>;
}

/** How long a request may take; a broken run ends, nothing is measured. */
export const REQUEST_TIMEOUT_MS = 15_000;

/** The answer of every client to the questions of servers. */
export function answerTo({ method, params }: Asked): Record<string, unknown> {
  switch (method) {
    case "elicitation/create":
      return params.mode === "url"
        ? { action: "accept" }
        : { action: "accept", content: { colour: "green" } };
    case "sampling/createMessage":
      return {
        role: "assistant",
        model: "test-model",
        stopReason: "endTurn",
        content: { type: "text", text: `${lastText(params)}, indeed` },
      };
    case "roots/list":
      return { roots: [{ uri: "file:///home/alice", name: "Home" }] };
    default:
      throw new Error(`No answer to ${method}`);
  }
}

function lastText({ messages }: Record<string, unknown>): string {
  const last: unknown = Array.isArray(messages) ? messages.at(-1) : undefined;
  return JSON.stringify(last).match(/"text":"([^"]*)"/)?.[1] ?? "";
}

/** Nothing heard so far. */
export function nothingHeard(): Heard {
  return { changes: [], updated: [], logs: [], asked: [] };
}
