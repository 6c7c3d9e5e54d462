import type { CallCount } from "../analytics/remembered.ts";
import type { Call } from "../calls/call.ts";
import type { AnalyticsReport, ReportRow } from "../analytics/report.ts";
import type { ServerRow } from "../servers/server_row.ts";
import type { Attention } from "./attention.ts";
import type { FirstStep } from "./first_steps.ts";

/** The most calls that the overview shows. */
export const MAX_CALLS = 10;

/** A token's last call is looked for in so many days: today, and those before. */
export const USE_DAYS = 30;

/** The overview's tops are of so many days. */
export const TOP_DAYS = 7;

/** When a token was last used, as far as the last 30 days tell. */
export type LastCall = { at: string } | "never" | "not lately";

/** A call, and the slug of the workspace that it was made in. */
export type CallRow = Call & { workspace: string };

/** The calls of one hour. */
export interface HourCount extends CallCount {
  /** When it begins; ISO 8601, UTC. */
  start: string;
}

/** A server, and how its calls went in the last days. */
export interface ServerState {
  server: ServerRow;
  /** `null` when it was not called; `counting` when that is not known yet. */
  calls: ReportRow | null | "counting";
}

/** What was called most in the last days. */
export interface Tops {
  people: AnalyticsReport;
  tools: AnalyticsReport;
  servers: AnalyticsReport;
}

/** What an admin sees at a glance. */
export interface Overview {
  attention: Attention[];
  /** The way to the first call; `null` once there was one. */
  steps: FirstStep[] | null;
  counts: { servers: number; workspaces: number; activeTokens: number };
  /** The last 24 hours and the one that runs, the earliest first; `null` while they are counted. */
  hours: HourCount[] | null;
  tops: Pick<Tops, "people" | "tools"> | null;
  /** Those with the most to say first. */
  servers: ServerState[];
  /** Newest first. */
  calls: CallRow[];
}
