import { z } from "zod";

/** The name of a server or a workspace as it stands in URLs and tool names. */
export const Slug = z.string()
  .min(1, "must have 1 to 32 characters")
  .max(32, "must have 1 to 32 characters")
  .regex(
    /^[a-z0-9]+(-[a-z0-9]+)*$/,
    'must be lower-case letters and digits, with single "-" between them',
  );
export type Slug = z.infer<typeof Slug>;
