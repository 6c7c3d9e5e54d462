import { type Passage, resultSpots } from "./answer_spots.ts";
import { JsonFault } from "./json_lexer.ts";
import { JsonSplice } from "./json_splice.ts";
import type { Spot } from "./json_spots.ts";
import type { RequestId } from "./message.ts";

/** Between whom an answer passes. */
export interface AnswerPassage extends Passage {
  /** The id under which the server was asked. */
  askedId: RequestId;
  /** The id under which the caller asked. */
  callersId: RequestId;
}

/**
 * Passes one good JSON-RPC answer on without holding it: under the caller's id, with the
 * names and in the form that the caller knows.
 *
 * What it turns out not to be is known at its end at the latest: {@linkcode push} and
 * {@linkcode end} throw `JsonFault` for anything else than the good answer to what was asked.
 */
export class AnswerSplice {
  readonly #splice: JsonSplice;
  readonly #seen = { id: 0, result: 0, version: 0 };
  #isToolError = false;

  constructor(passage: AnswerPassage) {
    this.#splice = new JsonSplice([...this.#envelope(passage), ...resultSpots(passage)]);
  }

  /** Whether the tool said that it failed; certain after the end. */
  get isToolError(): boolean {
    return this.#isToolError;
  }

  /** Takes the next bytes, which are its own from then on, and gives what can be sent. */
  push(chunk: Uint8Array): Uint8Array[] {
    return this.#splice.push(chunk);
  }

  /** Gives what is left, once the answer is known to be complete. */
  end(): Uint8Array[] {
    const rest = this.#splice.end();
    const { id, result, version } = this.#seen;
    if (id !== 1 || result !== 1 || version !== 1) {
      throw new JsonFault("The message is not the answer to what was asked");
    }
    return rest;
  }

  #envelope({ askedId, callersId }: AnswerPassage): Spot[] {
    const asked = JSON.stringify(askedId);
    const callers = JSON.stringify(callersId);
    return [
      { path: ["jsonrpc"], map: (json) => (this.#count("version", json === '"2.0"'), json) },
      { path: ["id"], map: (json) => (this.#count("id", normal(json) === asked), callers) },
      { path: ["result"], meet: (kind) => this.#count("result", kind === "object") },
      { path: ["error"], meet: () => this.#count("result", false) },
      { path: ["method"], meet: () => this.#count("result", false) },
      {
        path: ["result", "isError"],
        meet: (kind) => void (this.#isToolError = kind === "true"),
      },
    ];
  }

  /** Counts a part of the envelope; one that is wrong, or comes again, ends everything. */
  #count(part: "id" | "result" | "version", isRight: boolean): void {
    this.#seen[part]++;
    if (isRight && this.#seen[part] === 1) return;
    throw new JsonFault("The message is not the answer to what was asked");
  }
}

/** The JSON of an id as it would be written here. */
function normal(json: string): string {
  return JSON.stringify(JSON.parse(json));
}
