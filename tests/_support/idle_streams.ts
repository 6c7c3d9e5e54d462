import type { ClientTarget } from "./client.ts";
import { beginSession, openStream, sendModern } from "./raw_mcp.ts";

/** Streams on which clients wait for what nobody asked for. */
export const IDLE_KINDS = ["GET", "listen"] as const;
export type IdleKind = typeof IDLE_KINDS[number];

/** How a stream ended: with its last word where it has one, without, or in the middle. */
export type IdleEnd = "graceful" | "without a last word" | "cut";

/** A stream that a client holds open and reads. */
export interface IdleStream {
  kind: IdleKind;
  /** `null` while it is open. */
  end: IdleEnd | null;
  ended: Promise<IdleEnd>;
  leave(): Promise<void>;
}

/** Opens a stream and waits for its first words. */
export async function openIdleStream(kind: IdleKind, target: ClientTarget): Promise<IdleStream> {
  const response = kind === "GET"
    ? await openStream(target, await beginSession(target))
    : await sendModern(
      target,
      "subscriptions/listen",
      { notifications: { toolsListChanged: true } },
      { id: "idle" },
    );
  if (!response.ok || response.body === null) {
    throw new Error(`No stream: ${response.status} ${await response.text()}`);
  }

  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  const isOpen = kind === "GET" ? /\n\n/ : /subscriptions\/acknowledged.*\n\n/s;
  let heard = "";
  while (!isOpen.test(heard)) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`The stream ended before it began: ${heard}`);
    heard += decoder.decode(value, { stream: true });
  }

  const stream: IdleStream = {
    kind,
    end: null,
    ended: readOn(),
    leave: () => reader.cancel().catch(() => {}),
  };
  return stream;

  async function readOn(): Promise<IdleEnd> {
    let last = "";
    let end: IdleEnd = "cut";
    try {
      for (let read = await reader.read(); !read.done; read = await reader.read()) {
        last = decoder.decode(read.value, { stream: true });
      }
      const hasLastWord = kind === "GET" || /"result":.*\n\n$/s.test(last);
      end = hasLastWord ? "graceful" : "without a last word";
    } catch {
      // The connection broke.
    }
    stream.end = end;
    return end;
  }
}
