import type { Config } from "../config.ts";
import { GatewayError } from "../errors.ts";
import { TakenBack } from "./in_flight.ts";

/** The largest request body, in bytes. */
export const MAX_BODY_BYTES = 4 * 1024 * 1024;

/**
 * Refuses a browser page of another site (2026-07-28, Streamable HTTP, Security).
 *
 * An `Origin` must be absent, the gateway's own, or, where no public address is set, a
 * loopback name at its port. `Host` is no proof of anything here.
 */
export function checkOrigin(config: Config, origin: string | null): void {
  if (origin === null || origin === config.publicUrl) return;
  const url = URL.canParse(origin) ? new URL(origin) : null;
  const isLoopback = url !== null && ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
  const isOurs = isLoopback && !config.publicUrlIsSet && Number(url.port) === config.port;
  if (isOurs) return;
  throw new GatewayError("forbidden_origin", `Refused Origin "${origin.slice(0, 200)}"`);
}

/** What a client can read. */
export interface Accepts {
  json: boolean;
  stream: boolean;
}

/** Reads `Accept`; a missing one accepts everything. Throws `not_acceptable`. */
export function readAccept(header: string | null): Accepts {
  const accept = header?.toLowerCase() ?? "*/*";
  const any = accept.includes("*/*");
  const json = any || accept.includes("application/json") || accept.includes("application/*");
  const stream = any || accept.includes("text/event-stream") || accept.includes("text/*");
  if (json || stream) return { json, stream };
  throw new GatewayError("not_acceptable", `Cannot answer in "${accept.slice(0, 100)}"`);
}

/** Refuses a POST whose body is declared to be something else than JSON. */
export function checkContentType(header: string | null): void {
  const type = header?.split(";")[0].trim().toLowerCase();
  if (type === "application/json" || type?.endsWith("+json")) return;
  throw new GatewayError("unsupported_media_type", `Content-Type is "${type ?? ""}"`);
}

/** A request's body as text. Throws `too_large`, naming the limit, and `TakenBack`. */
export async function readBody(req: Request): Promise<string> {
  try {
    return await textOf(req);
  } catch (error) {
    if (error instanceof GatewayError) throw error;
    throw new TakenBack("The client left while it sent its request");
  }
}

async function textOf(req: Request): Promise<string> {
  const declared = req.headers.get("content-length");
  if (declared !== null) {
    if (Number(declared) > MAX_BODY_BYTES) throw tooLarge();
    return await req.text();
  }

  const decoder = new TextDecoder();
  const parts: string[] = [];
  let bytes = 0;
  for await (const chunk of req.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MAX_BODY_BYTES) throw tooLarge();
    parts.push(decoder.decode(chunk, { stream: true }));
  }
  return parts.join("") + decoder.decode();
}

function tooLarge(): GatewayError {
  const sentence = `The request is larger than the limit of ${MAX_BODY_BYTES / 1024 / 1024} MiB.`;
  return new GatewayError("too_large", sentence, { publicMessage: sentence });
}
