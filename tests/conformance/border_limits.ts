/** A scenario of the public suite that cannot pass where two eras meet, and why. */
export interface BorderLimit {
  /** The era of the server; the client speaks the other one. */
  server: "legacy" | "modern";
  scenario: string;
  /** Which of its checks; not given = whichever of them need what the border takes away. */
  checks?: readonly string[];
  /** What the border takes away. */
  because: string;
  /** The sentence of the specification that leaves no other way. */
  rule: string;
  /** Where that sentence is, below `specification/`. */
  source: string;
}

const KEYS = {
  server: "legacy",
  because: "A question of a legacy server has no name, so the gateway makes one up. The suite " +
    "expects, or answers unasked, the name that its own tool would have given.",
  rule: "Requests MUST include a string or integer ID.",
  source: "2025-11-25/basic/index, Requests",
} as const;

const CAPABILITY = {
  server: "legacy",
  because: "A legacy server that may not ask says so in its own words, mostly in a tool's " +
    "result: no error of its revisions tells the gateway that a capability is missing.",
  rule: "Both parties MUST: … Only use capabilities that were successfully negotiated",
  source: "2025-11-25/basic/lifecycle, Operation",
} as const;

const TASKS = {
  server: "legacy",
  because: "The tasks that 2025-11-25 tries out are others than those of the extension, so a " +
    "legacy server has none that a modern client could use.",
  rule: "Move experimental tasks out of the core protocol and into an official extension " +
    "(io.modelcontextprotocol/tasks). The redesigned extension replaces the blocking " +
    "tasks/result method with polling via tasks/get",
  source: "2026-07-28/changelog, Major changes",
} as const;

/** Everything of the suite that a border makes impossible. Anything else passes. */
export const BORDER_LIMITS: readonly BorderLimit[] = [
  {
    ...KEYS,
    scenario: "input-required-result-basic-elicitation",
    checks: ["sep-2322-elicitation-incomplete"],
  },
  {
    ...KEYS,
    scenario: "input-required-result-ignore-extra-params",
    checks: ["sep-2322-ignore-unexpected-params"],
  },
  {
    ...CAPABILITY,
    scenario: "server-stateless",
    checks: [
      "sep-2575-server-rejects-undeclared-capability",
      "sep-2575-missing-capability-http-400",
    ],
  },
  { ...TASKS, scenario: "tasks-lifecycle" },
  { ...TASKS, scenario: "tasks-capability-negotiation" },
  { ...TASKS, scenario: "tasks-wire-fields" },
  { ...TASKS, scenario: "tasks-request-state-removal" },
  { ...TASKS, scenario: "tasks-mrtr-input" },
  { ...TASKS, scenario: "tasks-request-headers" },
  { ...TASKS, scenario: "tasks-dispatch-and-envelope" },
  { ...TASKS, scenario: "tasks-mrtr-composition" },
];
