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

/** What a modern result asks for (2026-07-28, Multi Round-Trip Requests). */
export interface InputRequired {
  /** Empty where the server only wants to be asked again. */
  requests: InputRequests;
  /** Goes back as it came; `null` where there was none. */
  requestState: string | null;
}

/** The most questions that one result may ask. */
export const MAX_INPUT_REQUESTS = 100;

/** Whether a modern result asks the client for something first. */
export function isInputRequired(result: JsonObject): boolean {
  return result.resultType === "input_required";
}

/**
 * What a result asks for; `null` when it asks for nothing, or not in a way that can
 * be understood: {@linkcode isInputRequired} tells the two apart.
 */
export function inputRequiredOf(result: JsonObject): InputRequired | null {
  if (!isInputRequired(result)) return null;
  const { inputRequests = {}, requestState = null } = result;

  if (!isInputRequests(inputRequests)) return null;
  if (requestState !== null && typeof requestState !== "string") return null;
  return { requests: inputRequests, requestState };
}

function isInputRequests(value: unknown): value is InputRequests {
  return isRecordOf(value, (request) =>
    typeof request.method === "string" &&
    (request.params === undefined || isObject(request.params)));
}

function isRecordOf(value: unknown, test: (entry: JsonObject) => boolean): boolean {
  if (!isObject(value)) return false;
  const entries = Object.values(value);
  return entries.length <= MAX_INPUT_REQUESTS &&
    entries.every((entry) => isObject(entry) && test(entry));
}

/** A result that asks for something; a request state comes with it where there is one. */
export function inputRequiredResult({ requests, requestState }: InputRequired): JsonObject {
  const result: JsonObject = { resultType: "input_required" };
  if (Object.keys(requests).length > 0) result.inputRequests = requests;
  if (requestState !== null) result.requestState = requestState;
  return result;
}

/** What a request says in answer to an earlier result. */
export interface InputGiven {
  responses: InputResponses;
  requestState: string | null;
}

/**
 * The answers and the state that a request carries.
 *
 * Returns `null` where they are malformed, and empty answers where there are none.
 */
export function inputGivenIn(params: JsonObject | undefined): InputGiven | null {
  const { inputResponses = {}, requestState = null } = params ?? {};

  if (!isInputResponses(inputResponses)) return null;
  if (requestState !== null && typeof requestState !== "string") return null;
  return { responses: inputResponses, requestState };
}

function isInputResponses(value: unknown): value is InputResponses {
  return isRecordOf(value, () => true);
}

/** Params with other answers and another state, or without any. */
export function withInput(
  params: JsonObject | undefined,
  { responses, requestState }: InputGiven,
): JsonObject {
  const { inputResponses: _responses, requestState: _state, ...rest } = params ?? {};
  const given: JsonObject = rest;
  if (Object.keys(responses).length > 0) given.inputResponses = responses;
  if (requestState !== null) given.requestState = requestState;
  return given;
}
