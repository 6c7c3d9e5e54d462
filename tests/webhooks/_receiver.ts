import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { serveLocally } from "../_support/upstream.ts";

/** A message that a receiver got. */
export interface Received {
  id: string;
  timestampSeconds: number;
  signatures: string[];
  headers: Headers;
  text: string;
  // deno-lint-ignore no-explicit-any
  json: any;
}

/** A real HTTP server that alerts are sent to, and what it got. */
export interface Receiver extends AsyncDisposable {
  url: string;
  got: Received[];
  /** What it answers; 204 unless a test says otherwise. */
  answer: (message: Received, count: number) => Response | Promise<Response>;
}

/** Starts one on loopback. */
export function startReceiver(answer: Receiver["answer"] = taken): Receiver {
  const got: Received[] = [];
  const server = serveLocally(async (request) => {
    const { headers } = request;
    assert.equal(request.method, "POST");
    const text = await request.text();
    const message: Received = {
      id: headers.get("webhook-id") ?? "",
      timestampSeconds: Number(headers.get("webhook-timestamp")),
      signatures: headers.get("webhook-signature")?.split(" ") ?? [],
      headers,
      text,
      json: JSON.parse(text),
    };
    got.push(message);
    return await receiver.answer(message, got.length);
  });
  const receiver: Receiver = {
    url: `${server.origin}/alerts`,
    got,
    answer,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
  return receiver;
}

/** Whether a message carries a signature by this secret, as the specification computes it. */
export function isSignedBy(secret: string, message: Received): boolean {
  const key = new Uint8Array(atob(secret.slice("whsec_".length)).split("").map(byteOf));
  const content = [message.id, message.timestampSeconds, message.text].join(".");
  const expected = createHmac("sha256", key).update(content).digest("base64");
  return message.signatures.includes(`v1,${expected}`);
}

function byteOf(character: string): number {
  return character.charCodeAt(0);
}

/** What a receiver says that took a message. */
export function taken(): Response {
  return new Response(null, { status: 204 });
}
