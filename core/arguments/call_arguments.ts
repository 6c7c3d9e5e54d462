import { z } from "zod";

/** What is kept of the arguments of a call. */
export const CallArguments = z.object({
  /** The call's place in the log. */
  id: z.string(),
  /**
   * As they were sent, but for what was redacted or cut, which says so; `null` for a call that
   * had none.
   */
  arguments: z.json(),
});
export type CallArguments = z.infer<typeof CallArguments>;
