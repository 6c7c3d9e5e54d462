import { Outcome } from "../calls/call.ts";
import { memberEmail } from "../members/member.ts";
import { figuresOf, figuresOfOutcome, Sum, totalOf } from "./figures.ts";
import {
  type Figures,
  MAX_REPORT_ROWS,
  OTHER_PEOPLE,
  OTHER_SERVERS,
  OTHER_TOOLS,
  type ReportBy,
  type ReportRow,
} from "./report.ts";
import { indexOfStretch, type Stretch } from "./report_stretches.ts";
import { callsIn, type Tally } from "./tally.ts";
import type { TimedTally } from "./tally_source.ts";

/** By what rows are put in their order. */
export interface RowPlace {
  /** A text that no other row of its report has. */
  id: string;
  calls: number;
  lastUsed: string | null;
}

/** A row, and its place among the others. */
export interface PlacedRow extends RowPlace {
  /** Makes the row, which costs more than its place. */
  row(): ReportRow;
}

/** Tallies added up into the rows of a report, however many tallies there are. */
export interface ReportFold {
  add(tally: TimedTally): void;
  /** All of them together; `null` when there were none. */
  total(): Sum | null;
  /** The rows, in the order of the report. */
  rows(): PlacedRow[];
}

/** The part of a row that says what it is of. */
type RowName = Omit<ReportRow, keyof Figures>;

/** How rows are made of people, tools and servers. */
interface Grouping {
  /** What tallies of one row share: in full, and coarser and coarser where rows are many. */
  ids: readonly ((tally: Tally) => string)[];
  /** What a row says, by which of the ids made it. */
  names: readonly ((sum: Sum) => RowName)[];
}

const NO_SERVER = { server: null, serverId: null };

/** Texts of any content are told apart by the length of the first, which costs less than JSON. */
const toolId = ({ serverId, server, method, tool }: Tally) =>
  `${serverId} ${method} ${server === null ? "-" : server.length} ${server} ${tool}`;

const personId = ({ tokenId, email }: Tally) =>
  email === null ? tokenId : `email:${memberEmail(email)}`;

const serverOf = ({ tally: { server, serverId } }: Sum) => ({ server, serverId });

const GROUPINGS: Record<"user" | "tool" | "server" | "each", Grouping> = {
  user: {
    ids: [personId, () => OTHER_PEOPLE],
    names: [
      ({ tally: { person, email }, tokenIds }) => ({
        user: person,
        email,
        tokenId: tokenIds.size === 1 ? [...tokenIds][0] : null,
        tokens: tokenIds.size,
      }),
      ({ tokenIds }) => ({
        user: OTHER_PEOPLE,
        email: null,
        tokenId: null,
        tokens: tokenIds.size,
      }),
    ],
  },
  tool: {
    ids: [
      toolId,
      (tally) => toolId({ ...tally, tool: OTHER_TOOLS }),
      ({ method }) => JSON.stringify([method]),
    ],
    names: [
      (sum) => ({ ...serverOf(sum), method: sum.tally.method, tool: sum.tally.tool }),
      (sum) => ({ ...serverOf(sum), method: sum.tally.method, tool: OTHER_TOOLS }),
      (sum) => ({ ...NO_SERVER, method: sum.tally.method, tool: OTHER_TOOLS }),
    ],
  },
  server: {
    ids: [({ serverId, server }) => JSON.stringify([serverId, server]), () => OTHER_SERVERS],
    names: [serverOf, () => ({ server: OTHER_SERVERS, serverId: null })],
  },
  each: {
    ids: [
      (tally) => `${tally.tokenId} ${toolId(tally)}`,
      (tally) => `${tally.tokenId} ${toolId({ ...tally, tool: OTHER_TOOLS })}`,
      ({ method }) => JSON.stringify([method]),
    ],
    names: [
      (sum) => eachName(sum, sum.tally.tool),
      (sum) => eachName(sum, OTHER_TOOLS),
      ({ tally: { method } }) => ({
        user: OTHER_PEOPLE,
        email: null,
        tokenId: null,
        ...NO_SERVER,
        method,
        tool: OTHER_TOOLS,
      }),
    ],
  },
};

function eachName(sum: Sum, tool: string): RowName {
  const { person, email, tokenId, method } = sum.tally;
  return { user: person, email, tokenId, ...serverOf(sum), method, tool };
}

/** Adds up by `by`; the stretches are those of a report by day or hour. */
export function createFold(
  by: ReportBy | null,
  stretches: readonly Stretch[],
  { maxRows = MAX_REPORT_ROWS } = {},
): ReportFold {
  if (by === "day" || by === "hour") return new StretchFold(by, stretches);
  if (by === "outcome") return new OutcomeFold();
  return new GroupFold(GROUPINGS[by ?? "each"], maxRows);
}

/**
 * Whether a row of a report that is sorted by use comes after another one: the most calls come
 * first, then what was used last.
 */
export function comesAfter(row: RowPlace, other: RowPlace): boolean {
  if (row.calls !== other.calls) return row.calls < other.calls;
  const [last, otherLast] = [row.lastUsed ?? "", other.lastUsed ?? ""];
  return last === otherLast ? row.id > other.id : last < otherLast;
}

/** The place of a row of this sum. */
function placeOf(id: string, sum: Sum | null): RowPlace {
  if (sum === null) return { id, calls: 0, lastUsed: null };
  return { id, calls: callsIn(sum.tally).calls, lastUsed: sum.tally.lastUsed };
}

/**
 * Rows by what was called and by whom.
 *
 * A member may call any number of names that no server has. When there are more rows than a
 * report shows, what comes later shares one.
 */
class GroupFold implements ReportFold {
  readonly #grouping: Grouping;
  readonly #maxRows: number;
  readonly #sums = new Map<string, { sum: Sum; level: number }>();

  constructor(grouping: Grouping, maxRows: number) {
    this.#grouping = grouping;
    this.#maxRows = maxRows;
  }

  add(tally: TimedTally): void {
    const { ids } = this.#grouping;
    for (let level = 0; level < ids.length; level++) {
      const id = `${level} ${ids[level](tally)}`;
      const known = this.#sums.get(id);
      if (known !== undefined) return known.sum.add(tally);

      const hasRoom = this.#sums.size < this.#maxRows * (level + 1);
      if (!hasRoom && level < ids.length - 1) continue;
      const sum = new Sum(tally);
      sum.add(tally);
      this.#sums.set(id, { sum, level });
      return;
    }
  }

  total(): Sum | null {
    return totalOf([...this.#sums.values()].map(({ sum }) => sum));
  }

  rows(): PlacedRow[] {
    const rows = [...this.#sums].map(([id, { sum, level }]) => ({
      ...placeOf(id, sum),
      row: () => ({ ...this.#grouping.names[level](sum), ...figuresOf(sum) }),
    }));
    return rows.sort((a, b) => comesAfter(a, b) ? 1 : -1);
  }
}

/** A row for each day or hour, also where nothing was called. */
class StretchFold implements ReportFold {
  readonly #by: "day" | "hour";
  readonly #stretches: readonly Stretch[];
  readonly #sums: (Sum | null)[];

  constructor(by: "day" | "hour", stretches: readonly Stretch[]) {
    this.#by = by;
    this.#stretches = stretches;
    this.#sums = stretches.map(() => null);
  }

  add(tally: TimedTally): void {
    const index = indexOfStretch(this.#stretches, new Date(tally.start));
    (this.#sums[index] ??= new Sum(tally)).add(tally);
  }

  total(): Sum | null {
    return totalOf(this.#sums.filter((sum) => sum !== null));
  }

  rows(): PlacedRow[] {
    return this.#stretches.map(({ label, start, end }, index) => {
      const name = { [this.#by]: label, start: start.toISOString(), end: end.toISOString() };
      const sum = this.#sums[index];
      return { ...placeOf(name.start, sum), row: () => ({ ...name, ...figuresOf(sum) }) };
    });
  }
}

/** A row for each way in which any call ended. */
class OutcomeFold implements ReportFold {
  #sum: Sum | null = null;

  add(tally: TimedTally): void {
    (this.#sum ??= new Sum(tally)).add(tally);
  }

  total(): Sum | null {
    return this.#sum;
  }

  rows(): PlacedRow[] {
    return Outcome.options.flatMap((outcome) => {
      const calls = this.#sum?.tally.outcomes[outcome] ?? 0;
      if (calls === 0) return [];
      const row = () => ({ outcome, ...figuresOfOutcome(outcome, calls) });
      return [{ id: outcome, calls, lastUsed: null, row }];
    }).sort((a, b) => comesAfter(a, b) ? 1 : -1);
  }
}
