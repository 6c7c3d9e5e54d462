import { z } from "zod";
import { SinkId, WorkspaceId } from "../ids.ts";
import { SealedValue } from "../secrets/secret.ts";
import { Slug } from "../slug.ts";

/** The most sinks that one gateway has. */
export const MAX_SINKS = 10;

/** The most workspaces that a sink can be limited to. */
const MAX_WORKSPACES = 100;

const MAX_HEADERS = 10;

const Name = z.string().trim().min(1, "must have 1 to 100 characters")
  .max(100, "must have 1 to 100 characters");

const Url = z.string().min(1, "must not be empty").max(2000, "must have at most 2000 characters");

/** What a sink understands: logs of OTLP/HTTP as JSON, or a JSON object on each line. */
export const SinkKind = z.enum(["otlp", "jsonl"], 'must be "otlp" or "jsonl"');
export type SinkKind = z.infer<typeof SinkKind>;

/** Whether a new sink gets what is on the record already. */
export const SinkStart = z.enum(["now", "beginning"], 'must be "now" or "beginning"');
export type SinkStart = z.infer<typeof SinkStart>;

/** What a sink gets: calls, the audit log, and what servers did that an admin should see. */
export const SinkContent = z.enum(
  ["calls", "audit", "events"],
  'must be "calls", "audit" or "events"',
);
export type SinkContent = z.infer<typeof SinkContent>;

const INCLUDE_RANGE = "must be some of calls, audit and events, each once";

const Include = z.array(SinkContent).min(1, INCLUDE_RANGE).refine(
  (contents) => new Set(contents).size === contents.length,
  INCLUDE_RANGE,
);

/** A header's value, as somebody gives it; it is never shown again. */
const HeaderValue = z.string().min(1, "must not be empty").max(
  4096,
  "must have at most 4096 characters",
);

const HEADERS_RANGE = `must be at most ${MAX_HEADERS} headers`;

/** Headers by their names. */
const Headers = z.record(z.string(), HeaderValue).refine(
  (headers) => Object.keys(headers).length <= MAX_HEADERS,
  HEADERS_RANGE,
);

const WORKSPACES_RANGE = `must be 1 to ${MAX_WORKSPACES} workspaces, or null for all`;

const Workspaces = z.array(Slug).min(1, WORKSPACES_RANGE).max(MAX_WORKSPACES, WORKSPACES_RANGE)
  .nullable();

/** What an admin says to have the log sent somewhere. */
export const SinkInput = z.strictObject({
  name: Name,
  kind: SinkKind,
  /** Where it listens; checked by the same rules as the addresses of servers. */
  url: Url,
  headers: Headers.optional(),
  /** Slugs of the workspaces whose calls it gets; all of them, also later ones, unless said. */
  workspaces: Workspaces.optional(),
  from: SinkStart.optional(),
  /** Calls, unless said otherwise. */
  include: Include.optional(),
  /** Whether bodies are compressed; they are unless this is `false`. */
  gzip: z.boolean().optional(),
  enabled: z.boolean().optional(),
});
export type SinkInput = z.infer<typeof SinkInput>;

/** What an admin may change later. */
export const SinkChange = z.strictObject({
  name: Name.optional(),
  url: Url.optional(),
  /** Headers that are set; `null` takes one away, and what is not named stays. */
  headers: z.record(z.string(), HeaderValue.nullable()).optional(),
  workspaces: Workspaces.optional(),
  include: Include.optional(),
  gzip: z.boolean().optional(),
  enabled: z.boolean().optional(),
});
export type SinkChange = z.infer<typeof SinkChange>;

/** A place outside to which the log is sent, as it is stored. */
export const Sink = z.object({
  id: SinkId,
  name: Name,
  kind: SinkKind,
  url: z.string(),
  /** The names of its headers, in alphabetical order. */
  headers: z.array(z.string()),
  /** Counts up each time that headers are set; part of what their ciphertext is bound to. */
  headersVersion: z.number().int().min(0),
  /** Names and values of all headers as JSON; `null` where there are none. */
  sealed: SealedValue.nullable(),
  /** The workspaces whose calls it gets; `null` for all, also those to come. */
  workspaces: z.array(WorkspaceId).nullable(),
  include: Include,
  from: SinkStart,
  gzip: z.boolean(),
  enabled: z.boolean(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
});
export type Sink = z.infer<typeof Sink>;

/** Why nothing gets through to a sink. */
export const SinkFailure = z.object({
  /** When it began. */
  since: z.string(),
  /** How often it was tried since then. */
  tries: z.number().int().min(1),
  /** What the last try met, in words that complete "The sink …". */
  reason: z.string(),
  /** When it is tried again. */
  nextTryAt: z.string(),
});
export type SinkFailure = z.infer<typeof SinkFailure>;

/** How a sink does, in a word. */
export const SinkStatus = z.enum(["caught_up", "behind", "failing", "disabled"]);
export type SinkStatus = z.infer<typeof SinkStatus>;

/** A sink as the API shows it: never the value of a header. */
export const SinkView = z.object({
  id: SinkId,
  name: z.string(),
  kind: SinkKind,
  url: z.string(),
  headers: z.array(z.string()),
  workspaces: z.array(z.string()).nullable(),
  include: z.array(SinkContent),
  from: SinkStart,
  gzip: z.boolean(),
  enabled: z.boolean(),
  status: SinkStatus,
  /** How old the oldest record is that it should have and has not; 0 when it has all. */
  behindSeconds: z.number().int().min(0),
  failure: SinkFailure.nullable(),
  /** How many records it took, and how many of those it said it did not want. */
  sentRecords: z.number().int(),
  rejectedRecords: z.number().int(),
  /** How many records expired before it took them. */
  lostRecords: z.number().int(),
  /** Whether more expired while no gateway ran, so that nobody counted them. */
  lostUncounted: z.boolean(),
  lastSentAt: z.string().nullable(),
  createdAt: z.string(),
  updatedAt: z.string(),
});
export type SinkView = z.infer<typeof SinkView>;

/** What came of sending one record to a sink to see whether it takes it. */
export const SinkTestReport = z.object({
  ok: z.boolean(),
  /** What happened, in a sentence. */
  message: z.string(),
  durationMs: z.number(),
});
export type SinkTestReport = z.infer<typeof SinkTestReport>;
