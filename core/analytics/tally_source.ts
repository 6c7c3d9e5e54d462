import type { WorkspaceId } from "../ids.ts";
import type { Tally } from "./tally.ts";

/**
 * What the tallies of a report have to tell apart.
 *
 * `everything` is members, servers and tools in every combination. `members` leaves `serverId`,
 * `server`, `method` and `tool` of a tally without meaning, `tools` leaves `tokenId`, `person`
 * and `email` so, and `total` leaves all of them so.
 */
export type Detail = "everything" | "members" | "tools" | "total";

/** Which calls of a workspace are asked for. */
export interface TallyQuery {
  /** The earliest arrival that counts, and the first that does not. */
  from: Date;
  to: Date;
  detail: Detail;
  /** How fine times have to be told apart; what comes may be finer. */
  grain: "hour" | "day" | "whole";
}

/** Calls that were counted together, in a stretch of time. */
export interface TimedTally extends Tally {
  /** When the hour or day begins that they arrived in; ISO 8601, UTC. */
  start: string;
}

/** Gives all that was recorded of a workspace's calls, each call in one tally exactly. */
export interface TallySource {
  tallies(workspaceId: WorkspaceId, query: TallyQuery): AsyncIterable<TimedTally>;
}

/** Gives what a query asks for of the calls that a report is of. */
export type ReadTallies = (query: TallyQuery) => AsyncIterable<TimedTally>;
