import { z } from "zod";

/** What was found out about how a server can be spoken to; `null` = not found out yet. */
export const ServerEras = z.object({
  /** Where it was found out; it holds for that address alone. */
  url: z.string(),
  modern: z.boolean().nullable(),
  legacy: z.enum(["streamable", "sse", "none"]).nullable(),
  probedAt: z.iso.datetime(),
});
export type ServerEras = z.infer<typeof ServerEras>;

/** That one process calls a server no more for a while, since it kept failing. */
export const OpenBreaker = z.object({
  /** How often it failed in a row. */
  failures: z.number().int(),
  /** When the first of them happened. */
  since: z.iso.datetime(),
  /** From when on one call may try again. */
  nextTryAt: z.iso.datetime(),
  /** What the last caller was told. */
  lastError: z.string(),
});
export type OpenBreaker = z.infer<typeof OpenBreaker>;

/** How a server does, as far as any process knows. */
export interface ServerHealth {
  eras: ServerEras | null;
  /** Of the process that tries again last. */
  breaker: OpenBreaker | null;
}

/** A server's health as the API and the dashboard show it. */
export const ServerHealthView = z.object({
  /** Eras that it speaks, by what was found out or what it is pinned to. */
  eras: z.array(z.enum(["modern", "legacy"])),
  transport: z.enum(["streamable-http", "sse"]).nullable(),
  /** When that was found out; `null` for a pinned server, and before its first call. */
  probedAt: z.string().nullable(),
  /** Why it is not called at the moment; `null` when it is. */
  breaker: OpenBreaker.nullable(),
});
export type ServerHealthView = z.infer<typeof ServerHealthView>;
