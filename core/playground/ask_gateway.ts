import { encodeHeaderValue } from "../mcp/header_values.ts";
import type { JsonObject } from "../mcp/message.ts";
import { META } from "../mcp/meta.ts";
import { NEWEST_MODERN } from "../mcp/versions.ts";
import { timed } from "../telemetry/stopwatch.ts";
import { VERSION } from "../version.ts";
import { readBody, readMessages } from "./gateway_answer.ts";
import type { OpenSeat } from "./open_playground.ts";

/** The way in that members' requests take, too. */
export interface FrontDoor {
  handle(request: Request, slug: string): Promise<Response>;
}

/** What is asked, as a client of 2026-07-28 does. */
export interface Question {
  method: string;
  params: JsonObject;
  /** Headers beside those of every request: what a tool wants mirrored. */
  headers?: readonly [name: string, value: string][];
  /** Is aborted when nobody waits for the answer any more. */
  signal?: AbortSignal;
}

/** A request and its answer, as they went over the wire; without the token. */
export interface Exchange {
  url: string;
  sent: { headers: Record<string, string>; body: string };
  status: number;
  received: { headers: Record<string, string>; text: string; isCut: boolean };
  response: JsonObject | null;
  notes: JsonObject[];
  bytesOut: number;
  bytesIn: number;
  totalMs: number;
  upstreamMs: number;
}

/** What the playground can do for a server: it is asked forms, and declines them. */
const CAPABILITIES = { elicitation: { form: {} } };

/** Whoever wants to know how it goes is told: progress, and what the server logs. */
const PROGRESS_TOKEN = "playground";

/** Asks the gateway in this process by its front door, with the token of a seat. */
export async function askGateway(
  { gateway, config }: { gateway: FrontDoor; config: { publicUrl: string } },
  { workspace: { slug }, bearer }: OpenSeat,
  { method, params, headers: more = [], signal }: Question,
): Promise<Exchange> {
  const url = `${config.publicUrl}/ws/${slug}/mcp`;
  const body = JSON.stringify({
    jsonrpc: "2.0",
    id: 1,
    method,
    params: { ...params, _meta: meta(method) },
  });
  const headers = {
    "content-type": "application/json",
    accept: "application/json, text/event-stream",
    "mcp-protocol-version": NEWEST_MODERN,
    "mcp-method": method,
    ...typeof params.name === "string" ? { "mcp-name": encodeHeaderValue(params.name) } : {},
    ...Object.fromEntries(more.map(([name, value]) => [name.toLowerCase(), value])),
  };

  const { result, totalMs, upstreamMs } = await timed(async () => {
    const request = new Request(url, {
      method: "POST",
      headers: { ...headers, authorization: `Bearer ${bearer.reveal()}` },
      body,
    });
    const response = await gateway.handle(request, slug);
    return { response, read: await readBody(response, signal) };
  });
  const { response, read } = result;
  return {
    url,
    sent: { headers, body },
    status: response.status,
    received: { headers: Object.fromEntries(response.headers), text: read.text, isCut: read.isCut },
    ...readMessages(response.headers.get("content-type"), read),
    bytesOut: new TextEncoder().encode(body).length,
    bytesIn: read.sizeBytes,
    totalMs,
    upstreamMs,
  };
}

function meta(method: string): JsonObject {
  return {
    [META.protocolVersion]: NEWEST_MODERN,
    [META.clientInfo]: { name: "aerostack-playground", version: VERSION },
    [META.clientCapabilities]: CAPABILITIES,
    ...method === "tools/call" ? { progressToken: PROGRESS_TOKEN, [META.logLevel]: "info" } : {},
  };
}
