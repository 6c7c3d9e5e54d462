import { JsonFault } from "./json_lexer.ts";
import { JsonSplice } from "./json_splice.ts";
import type { Spot } from "./json_spots.ts";

/** What a result is not passed on unread with: it asks for something, or is no result yet. */
const TO_BE_READ = ["inputRequests", "requestState", "task"];

/**
 * Whether a JSON-RPC message that begins so is an answer that can be passed on unread: it
 * has a `result`, and nothing in its beginning says that the gateway must act on that.
 */
export function isPlainAnswer(beginning: Uint8Array): boolean {
  let hasResult = false;
  let mustBeRead = false;
  const read = () => void (mustBeRead = true);

  const spots: Spot[] = [
    { path: ["result"], meet: (kind) => void (hasResult = kind === "object") },
    { path: ["error"], meet: read },
    { path: ["method"], meet: read },
    {
      path: ["result", "resultType"],
      map: (json) => (json === '"complete"' || read(), json),
    },
    ...TO_BE_READ.map((key) => ({ path: ["result", key], meet: read })),
  ];

  try {
    new JsonSplice(spots).push(beginning);
  } catch (error) {
    if (error instanceof JsonFault) return false;
    throw error;
  }
  return hasResult && !mustBeRead;
}

/** The JSON of the id of a message that begins so; `null` when it stands further behind. */
export function idIn(beginning: Uint8Array): string | null {
  let id: string | null = null;
  const spots: Spot[] = [{ path: ["id"], map: (json) => id = json }];
  try {
    new JsonSplice(spots).push(beginning);
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
  }
  return id;
}
