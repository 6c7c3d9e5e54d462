import { Buffer } from "node:buffer";
import type { Call, Outcome } from "../calls/call.ts";
import type { CallLog } from "../calls/call_log.ts";
import { GatewayError } from "../errors.ts";
import {
  errorOf,
  type JsonObject,
  resultOf,
  RPC,
  type RpcNotification,
  type RpcRequest,
  type RpcResponse,
} from "../mcp/message.ts";
import { asLegacyResult, asModernResult } from "../mcp/results.ts";
import { ALL_VERSIONS } from "../mcp/versions.ts";
import type { Caller } from "../upstream/upstream.ts";
import { VERSION } from "../version.ts";
import type { Access } from "./authority.ts";
import { callTool, type ToolCallDeps } from "./call_tool.ts";
import { listTools } from "./list_tools.ts";
import { type Plan, planRequest } from "./plan.ts";
import { errorAnswer } from "./rpc_reply.ts";
import type { Snapshot } from "./snapshot.ts";

/** What serving a request needs. */
export interface ServeDeps extends ToolCallDeps {
  callLog: CallLog;
  now: () => Date;
  /** Aborts when the process ends, so that what would never end by itself does. */
  closing: AbortSignal;
}

/** A request, with who sent it and how it can be told something. */
export interface Incoming {
  request: RpcRequest;
  access: Access;
  caller: Caller;
  /** Size of the request's body. */
  bytesIn: number;
  signal: AbortSignal;
  onNotification(notification: RpcNotification): void | Promise<void>;
}

/** An answer that is ready to be sent: what had to be recorded is recorded. */
export interface Served {
  json: string;
  /** HTTP status where the transport has one for each answer. */
  status: number;
}

/** Discovery may be kept for a minute: nothing in it changes but by a new release. */
const DISCOVER_TTL_MS = 60_000;

/**
 * Answers one request. Never throws: every failure is an answer.
 *
 * A tool call is on the record before its answer is given back.
 */
export async function serveRequest(deps: ServeDeps, incoming: Incoming): Promise<Served> {
  const { request, access, caller } = incoming;
  const { snapshot } = access;
  const plan = planRequest(request, caller.era, (slug) => snapshot.servers.has(slug));
  if (plan.kind === "call_tool" || plan.kind === "unknown_tool") {
    return await serveCall(deps, incoming, plan);
  }

  try {
    const result = await resultFor(deps, incoming, plan);
    return served(resultOf(request.id, inEra(caller, snapshot, result)));
  } catch (error) {
    if (error instanceof Refusal) return error.served(request);
    return served(errorAnswer(request.id, error, deps.log));
  }
}

async function resultFor(
  deps: ServeDeps,
  { access: { snapshot }, caller, signal }: Incoming,
  plan: Plan,
): Promise<JsonObject> {
  switch (plan.kind) {
    case "initialize":
      return { protocolVersion: caller.client.protocolVersion, ...introduction(snapshot) };
    case "ping":
      return {};
    case "discover":
      return {
        supportedVersions: ALL_VERSIONS,
        capabilities: CAPABILITIES,
        instructions: instructionsFor(snapshot),
        ttlMs: DISCOVER_TTL_MS,
        cacheScope: "private",
      };
    case "list_tools":
      return await listTools(deps.catalog, snapshot, caller, signal);
    case "unknown_cursor":
      throw new Refusal(RPC.invalidParams, "Invalid params: unknown cursor", 200);
    default:
      throw new Refusal(
        RPC.methodNotFound,
        "Method not found",
        caller.era === "modern" ? 404 : 200,
      );
  }
}

/** An answer that is an error by the protocol and no failure of anything. */
class Refusal extends Error {
  readonly #code: number;
  readonly #status: number;

  constructor(code: number, message: string, status: number) {
    super(message);
    this.#code = code;
    this.#status = status;
  }

  served({ id, method }: RpcRequest): Served {
    const message = this.#code === RPC.methodNotFound
      ? `${this.message}: ${method.slice(0, 100)}`
      : this.message;
    return served(errorOf(id, this.#code, message), this.#status);
  }
}

async function serveCall(
  deps: ServeDeps,
  incoming: Incoming,
  plan: Extract<Plan, { kind: "call_tool" | "unknown_tool" }>,
): Promise<Served> {
  // A tool must not run when its call could not be put on the record.
  if (deps.callLog.isFull) return served(errorAnswer(incoming.request.id, busy(), deps.log));

  const startedAt = deps.now();
  const startedMs = performance.now();
  const end = plan.kind === "call_tool"
    ? await callInstalled(deps, incoming, plan)
    : { ...unknownTool(incoming.request, plan.name), server: null };
  const answer = served(end.response, end.status);

  try {
    await deps.callLog.record(incoming.access.snapshot.workspace.id, {
      ...whoIn(incoming),
      at: startedAt.toISOString(),
      server: end.server,
      tool: end.tool,
      outcome: end.outcome,
      durationMs: Math.round((performance.now() - startedMs) * 10) / 10,
      bytesIn: incoming.bytesIn,
      bytesOut: Buffer.byteLength(answer.json),
    });
    return answer;
  } catch (error) {
    // What is not on the record was not answered.
    return served(errorAnswer(incoming.request.id, error, deps.log));
  }
}

function busy(): GatewayError {
  return new GatewayError("too_many", "Refused a call: the call log is full or closed");
}

function whoIn(
  { access: { token }, caller }: Incoming,
): Pick<Call, "tokenId" | "person" | "email" | "era"> {
  return { tokenId: token.id, person: token.name, email: token.email, era: caller.era };
}

async function callInstalled(
  deps: ServeDeps,
  { request, access, caller, signal, onNotification }: Incoming,
  { name, slug, rest }: Extract<Plan, { kind: "call_tool" }>,
) {
  const server = access.snapshot.servers.get(slug);
  if (server === undefined) return { ...unknownTool(request, name), server: null };

  try {
    const target = await access.snapshot.target(server);
    const call = { request, target, caller, exposedName: name, rest, signal, onNotification };
    return { ...await callTool(deps, call), server: slug };
  } catch (error) {
    const response = errorAnswer(request.id, error, deps.log);
    return { response, status: 200, outcome: "refused" as const, tool: rest, server: slug };
  }
}

/** The same answer for a tool that is not there and one that may not be seen. */
function unknownTool(request: RpcRequest, name: string | null) {
  const message = name === null
    ? "Invalid params: name must be a text"
    : `Unknown tool: ${name.slice(0, 200)}`;
  const outcome: Outcome = "refused";
  return {
    response: errorOf(request.id, RPC.invalidParams, message),
    status: 200,
    outcome,
    tool: name ?? "",
  };
}

function served(response: RpcResponse, status = 200): Served {
  return { json: JSON.stringify(response), status };
}

function inEra(caller: Caller, snapshot: Snapshot, result: JsonObject): JsonObject {
  return caller.era === "modern"
    ? asModernResult(result, serverInfo(snapshot))
    : asLegacyResult(result);
}

const CAPABILITIES = { tools: {} };

function introduction(snapshot: Snapshot): JsonObject {
  return {
    capabilities: CAPABILITIES,
    serverInfo: serverInfo(snapshot),
    instructions: instructionsFor(snapshot),
  };
}

function serverInfo({ workspace }: Snapshot): JsonObject {
  return { name: "aerostack-gateway", title: `Aerostack: ${workspace.name}`, version: VERSION };
}

function instructionsFor({ servers }: Snapshot): string {
  if (servers.size === 0) return "No server is installed in this workspace yet.";
  const list = [...servers.values()].map(({ slug, name }) => `${slug}__ (${name})`).join(", ");
  return `The tools of several servers, each under its server's prefix: ${list}`;
}
