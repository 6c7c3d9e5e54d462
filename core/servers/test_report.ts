import { z } from "zod";

/** What a trial connection to a server found; it is a report also when it failed. */
export const TestReport = z.object({
  ok: z.boolean(),
  /** Where it failed; `null` when it did not. */
  stage: z.enum([
    "dns",
    "address",
    "connect",
    "tls",
    "http",
    "auth",
    "protocol",
    "timeout",
  ])
    .nullable(),
  /** One sentence: what was found, or what failed and what to do. */
  message: z.string(),
  protocolVersion: z.string().optional(),
  transport: z.enum(["streamable-http", "sse"]).optional(),
  era: z.string().optional(),
  serverInfo: z.unknown().optional(),
  tools: z.array(z.object({
    name: z.string(),
    title: z.string().optional(),
    description: z.string().optional(),
  })).optional(),
  durationMs: z.number(),
});
export type TestReport = z.infer<typeof TestReport>;
