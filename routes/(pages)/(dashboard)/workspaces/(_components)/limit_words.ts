import type { WorkspaceLimits } from "../../../../../core/limits/limits.ts";

/** A limit of a workspace, as people read it. */
export interface LimitWords {
  name: keyof WorkspaceLimits;
  label: string;
  hint: string;
}

/** The limits of a workspace, in the order in which they are shown. */
export const LIMIT_WORDS: readonly LimitWords[] = [
  {
    name: "requestsPerMinute",
    label: "Requests a minute",
    hint: "By all of its tokens together.",
  },
  {
    name: "requestsPerMinutePerToken",
    label: "Requests a minute, each token",
    hint: "A token may have a limit of its own in place of this.",
  },
  {
    name: "concurrentCalls",
    label: "Calls at once",
    hint: "By all of its tokens together.",
  },
  {
    name: "concurrentCallsPerToken",
    label: "Calls at once, each token",
    hint: "A token may have a limit of its own in place of this.",
  },
];
