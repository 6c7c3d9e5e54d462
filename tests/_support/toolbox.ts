import type { Journal } from "./journal.ts";
import { pause } from "./eventually.ts";

/** A tool as `tools/list` shows it. */
export interface ToolDefinition {
  name: string;
  title?: string;
  description: string;
  inputSchema: { type: "object"; properties?: Record<string, object>; required?: string[] };
  annotations?: Record<string, unknown>;
  _meta?: Record<string, unknown>;
}

/** What a tool gives back. */
export interface ToolResult {
  content: { type: "text"; text: string }[];
  structuredContent?: Record<string, unknown>;
  isError?: boolean;
  [key: string]: unknown;
}

/** One `tools/call` as the SDK that received it hands it over. */
export interface ToolCall {
  name: string;
  args: Record<string, unknown>;
  headers: Headers;
  query: URLSearchParams;
  signal: AbortSignal;
  /** Sends a progress notification; does nothing when none was asked for. */
  progress(done: number, total: number): Promise<void>;
}

/** A tool whose name leaves no room for a prefix. */
export const LONG_NAME = "summarise_the_quarterly_report_of_every_department_of_the_company";

/** A tool whose name has characters that some editors refuse. */
export const DOTTED_NAME = "files.read.v1";

/** The JSON-RPC error that the tool `boom` answers with. */
export const BOOM = { code: -32050, message: "The boiler is on fire", data: { degrees: 451 } };

/** A failure that goes out as a JSON-RPC error. */
export class RpcFailure extends Error {
  readonly code: number;
  readonly data: unknown;

  constructor(failure: { code: number; message: string; data?: unknown }) {
    super(failure.message);
    this.code = failure.code;
    this.data = failure.data;
  }
}

const text = { type: "string" };
const number = { type: "number" };

/** The tools that every fixture offers. */
export const TOOLS: readonly ToolDefinition[] = [
  {
    name: "echo",
    title: "Echo",
    description: "Gives the text back.",
    inputSchema: { type: "object", properties: { text }, required: ["text"] },
    annotations: { readOnlyHint: true, idempotentHint: true },
    _meta: { "example.com/colour": "green" },
  },
  {
    name: "whoami",
    description: "Gives the request headers and query parameters of these names back.",
    inputSchema: {
      type: "object",
      properties: {
        headers: { type: "array", items: text },
        query: { type: "array", items: text },
      },
    },
  },
  {
    name: "count",
    description: "Reports progress from 1 to `to`, then answers.",
    inputSchema: { type: "object", properties: { to: number, pauseMs: number }, required: ["to"] },
  },
  {
    name: "wait",
    description: "Runs for `ms`, or until it is cancelled.",
    inputSchema: { type: "object", properties: { key: text, ms: number }, required: ["key"] },
  },
  { name: "fail", description: "Runs and says that it failed.", inputSchema: { type: "object" } },
  { name: "boom", description: "Answers with a JSON-RPC error.", inputSchema: { type: "object" } },
  {
    name: "big",
    description: "Gives a text of this many KB.",
    inputSchema: { type: "object", properties: { kilobytes: number }, required: ["kilobytes"] },
  },
  { name: LONG_NAME, description: "Has a long name.", inputSchema: { type: "object" } },
  { name: DOTTED_NAME, description: "Has dots in its name.", inputSchema: { type: "object" } },
];

/** A tool that wants one argument in a header too; modern servers only. */
export const HEADER_TOOL: ToolDefinition = {
  name: "route_order",
  description: "Names the region that the request's own header named.",
  inputSchema: {
    type: "object",
    properties: { region: { type: "string", "x-mcp-header": "Region" }, item: text },
    required: ["region"],
  },
};

/** Runs a tool. Throws {@linkcode RpcFailure} for what is no result. */
export async function runTool(call: ToolCall, journal: Journal): Promise<ToolResult> {
  journal.ran(call.name);

  switch (call.name) {
    case "echo":
      return said(String(call.args.text));
    case "whoami":
      return whoami(call);
    case "count":
      return await count(call);
    case "wait":
      return await wait(call, journal);
    case "fail":
      return { ...said("The tool failed on purpose."), isError: true };
    case "boom":
      throw new RpcFailure(BOOM);
    case "big":
      return said("x".repeat(Number(call.args.kilobytes) * 1024));
    case LONG_NAME:
    case DOTTED_NAME:
      return said(call.name);
    case HEADER_TOOL.name:
      return said(call.headers.get("mcp-param-region") ?? "no header");
    default:
      throw new RpcFailure({ code: -32602, message: `Unknown tool: ${call.name}` });
  }
}

function said(words: string): ToolResult {
  return { content: [{ type: "text", text: words }] };
}

function whoami({ args, headers, query }: ToolCall): ToolResult {
  const found = {
    headers: pick(args.headers, (name) => headers.get(name)),
    query: pick(args.query, (name) => query.get(name)),
  };
  return { ...said(JSON.stringify(found)), structuredContent: found };
}

function pick(names: unknown, get: (name: string) => string | null) {
  const wanted = Array.isArray(names) ? names.map(String) : [];
  return Object.fromEntries(wanted.map((name) => [name, get(name)]));
}

async function count(call: ToolCall): Promise<ToolResult> {
  const to = Number(call.args.to);
  for (let done = 1; done <= to && !call.signal.aborted; done++) {
    await call.progress(done, to);
    await pause(Number(call.args.pauseMs ?? 0), call.signal);
  }
  return said(`counted to ${to}`);
}

async function wait(call: ToolCall, journal: Journal): Promise<ToolResult> {
  const key = String(call.args.key);

  journal.waits.set(key, "running");
  await pause(Number(call.args.ms ?? 60_000), call.signal);
  journal.waits.set(key, call.signal.aborted ? "cancelled" : "finished");

  return said(call.signal.aborted ? "cancelled" : "waited");
}
