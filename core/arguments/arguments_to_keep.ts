import type { ArgumentSeal } from "./argument_seal.ts";

/** What is kept of a call's arguments, with what seals it. */
export interface ArgumentsToKeep {
  seal: ArgumentSeal;
  /** Redacted JSON in UTF-8. */
  json: Uint8Array;
}
