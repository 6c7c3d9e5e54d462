import { z } from "zod";
import { Slug } from "../slug.ts";

/** A secret that each member sets, as the member sees it: never the value. */
export const OwnSecretView = z.object({
  name: z.string(),
  /** Whether the member has a value of their own. */
  isSet: z.boolean(),
  setAt: z.string().nullable(),
  /** Whether a shared value stands in for one that is not set. */
  hasShared: z.boolean(),
});
export type OwnSecretView = z.infer<typeof OwnSecretView>;

/** Who a member's token belongs to, and which secrets are theirs to set. */
export const SelfView = z.object({
  name: z.string(),
  email: z.string().nullable(),
  workspace: z.object({ slug: Slug, name: z.string() }),
  /** Whether the arguments of the member's calls are kept, for the owners of the gateway. */
  logsArguments: z.boolean(),
  /** Where the same can be done in a browser. */
  page: z.string(),
  /** The servers of the workspace that have such secrets, by slug. */
  servers: z.array(z.object({
    slug: Slug,
    name: z.string(),
    secrets: z.array(OwnSecretView),
  })),
});
export type SelfView = z.infer<typeof SelfView>;
