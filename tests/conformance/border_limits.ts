/** A check of the public suite that cannot pass where two eras meet, and why. */
export interface BorderLimit {
  /** The era of the server; the client speaks the other one. */
  server: "legacy" | "modern";
  scenario: string;
  check: string;
  /** What the border takes away, in our words. */
  because: string;
  /** The sentence of the specification that leaves no other way. */
  rule: string;
  /** Where that sentence is, below `specification/`. */
  source: string;
}

/** Everything of the suite that a border makes impossible. Anything else passes. */
export const BORDER_LIMITS: readonly BorderLimit[] = [];
