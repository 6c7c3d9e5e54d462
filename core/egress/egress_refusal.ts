import type { FailureStage } from "../errors.ts";

/** A connection that is not opened, and the rule that says so in a sentence. */
export class EgressRefusal extends Error {
  override name = "EgressRefusal";
  readonly stage: FailureStage;

  constructor(stage: FailureStage, sentence: string) {
    super(sentence);
    this.stage = stage;
  }
}
