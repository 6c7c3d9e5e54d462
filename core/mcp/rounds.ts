import type { InputRequests, InputResponses } from "./input_required.ts";
import type { JsonObject } from "./message.ts";

/** A result that asks the client for something (2026-07-28, InputRequiredResult). */
export function inputRequired(inputRequests: InputRequests, requestState: string): JsonObject {
  return { resultType: "input_required", inputRequests, requestState };
}

/**
 * The parameters of the next round: with the answers, and with the state as it came,
 * where there was one.
 */
export function withInput(
  params: JsonObject | undefined,
  inputResponses: InputResponses,
  requestState: unknown,
): JsonObject {
  const next: JsonObject = { ...withoutInput(params), inputResponses };
  return requestState === undefined ? next : { ...next, requestState };
}

/** The parameters of a first round. */
export function withoutInput(params: JsonObject | undefined): JsonObject {
  const { inputResponses: _responses, requestState: _state, ...rest } = params ?? {};
  return rest;
}
