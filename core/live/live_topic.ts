import { z } from "zod";
import { Slug } from "../slug.ts";

/** What a page may show that changes by itself. */
const COMMON_TOPICS = [
  /** Calls of any workspace; `calls:<slug>` are those of one. */
  "calls",
  /** How servers do, and what is known of their definitions. */
  "servers",
  /** Leaks, changed definitions, and what else no admin did. */
  "events",
  /** What somebody changed: the audit log. */
  "changes",
] as const;

/** What a page follows. */
export const LiveTopic = z.union([
  z.enum(COMMON_TOPICS),
  z.templateLiteral(["calls:", Slug]),
]);
export type LiveTopic = z.infer<typeof LiveTopic>;

const MAX_TOPICS = 10;
const SENTENCE = "must be calls, calls:<workspace>, servers, events and changes, with commas " +
  `between them, at most ${MAX_TOPICS}`;

/** The topics of one page; every common one where it names none. */
export const LiveTopics = z.string().max(1_000, SENTENCE).transform((text, ctx) => {
  const topics = z.array(LiveTopic).max(MAX_TOPICS).safeParse([...new Set(text.split(","))]);
  if (topics.success) return topics.data;
  ctx.addIssue(SENTENCE);
  return z.NEVER;
}).default([...COMMON_TOPICS]);
