import { isObject, type JsonObject } from "./message.ts";

/** Something that a server asks of its client, without the envelope of JSON-RPC. */
export interface InputRequest extends JsonObject {
  method: string;
  params?: JsonObject;
}

/** What a modern server asks before it goes on, each under a key of its own. */
export type InputRequests = Record<string, InputRequest>;

/** The client's answers, each under the key of its question. */
export type InputResponses = Record<string, JsonObject>;

/** The most questions of one result that are asked, and answers of one request that are read. */
export const MAX_INPUTS = 100;

/**
 * What a modern result asks for (2026-07-28, Multi Round-Trip Requests); empty where the
 * server only wants to be asked again.
 *
 * What cannot be understood is a question without a method, which nobody can be asked.
 */
export function inputRequestsOf(result: JsonObject): InputRequests {
  const entries = entriesOf(result.inputRequests).map(([key, request]) => [key, asked(request)]);
  return Object.fromEntries(entries);
}

function asked(request: unknown): InputRequest {
  if (!isObject(request) || typeof request.method !== "string") return { method: "" };
  const { method, params } = request;
  return isObject(params) ? { ...request, method, params } : { method };
}

/** The answers that a request carries; what is no answer is left out. */
export function inputResponsesOf(params: JsonObject | undefined): InputResponses {
  const entries = entriesOf(params?.inputResponses).filter(isAnswer);
  return Object.fromEntries(entries);
}

function isAnswer(entry: [key: string, value: unknown]): entry is [string, JsonObject] {
  return isObject(entry[1]);
}

function entriesOf(value: unknown): [key: string, value: unknown][] {
  return isObject(value) ? Object.entries(value).slice(0, MAX_INPUTS) : [];
}
