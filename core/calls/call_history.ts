import { WorkspaceId } from "../ids.ts";
import { keys, prefixes } from "../kv/keys.ts";
import { parseRecord } from "../kv/records.ts";
import { CallPack } from "./call_pack.ts";
import { findInTime, type Placed } from "./find_in_time.ts";
import { behindPack } from "./log_position.ts";

/** How many packs one look into a log takes: few at first, since most logs give few. */
const FIRST_LOOK = 1;
const LONGEST_LOOK = 64;

/** A place in several logs: commits in their order, and in one of them workspaces by their id. */
export interface HistoryPlace {
  versionstamp: string;
  /** `""` lies before all of them. */
  workspaceId: string;
}

/** Calls of one workspace that were committed together. */
export interface HistoryPack extends HistoryPlace {
  workspaceId: WorkspaceId;
  pack: CallPack;
}

/** A log, as far back as it was read. */
interface Source {
  workspaceId: WorkspaceId;
  /** Nothing that was not read lies behind this place. */
  latest: string;
  /** What was read and not given yet, the last commit last. */
  read: HistoryPack[];
  /** Up to where it was read, exclusive; `null` for its end. */
  end: string | null;
  nextLook: number;
  isWhole: boolean;
}

/**
 * Reads the logs of several workspaces as if they were one, the last commit first; of one commit,
 * workspaces by their id.
 *
 * When each workspace was last written to tells in which logs the latest calls can be, so that
 * the first page of a thousand logs looks into a few.
 */
export class CallHistory {
  readonly #kv: Deno.Kv;

  constructor(kv: Deno.Kv) {
    this.#kv = kv;
  }

  /** The packs of these workspaces up to a place, that one included; `null` is the end. */
  async *packsBack(
    workspaces: readonly WorkspaceId[],
    upTo: HistoryPlace | null,
  ): AsyncGenerator<HistoryPack> {
    const last = await this.#lastCommits(workspaces);
    const sources = workspaces.flatMap((workspaceId) => {
      const latest = last.get(workspaceId);
      return latest === undefined ? [] : [sourceOf(workspaceId, latest, upTo)];
    }).sort(byTurn);

    for (let source = sources.at(-1); source !== undefined; source = sources.at(-1)) {
      const given = source.read.pop();
      const turn = given === undefined ? takeUnread(sources) : [sources.pop() ?? source];
      if (given === undefined) await Promise.all(turn.map((unread) => this.#look(unread)));
      else yield given;
      for (const taken of turn) {
        const next = taken.read.at(-1);
        if (next === undefined && taken.isWhole) continue;
        if (next !== undefined) taken.latest = next.versionstamp;
        putBack(sources, taken);
      }
    }
  }

  /** A place in all logs behind everything that was committed by then; `null` for their end. */
  async placeAt(workspaces: readonly WorkspaceId[], time: Date): Promise<string | null> {
    const last = await this.#lastCommits(workspaces);
    const [busiest] = [...last].sort(([, a], [, b]) => a < b ? 1 : -1);
    if (busiest === undefined) return null;
    const prefix = prefixes.calls(busiest[0]);
    return await findInTime(time.toISOString(), {
      first: await this.#one({ prefix }),
      last: await this.#one({ prefix }, { reverse: true }),
      firstFrom: (from) => this.#one({ prefix, start: keys.calls(busiest[0], from) }),
    });
  }

  /** When something was last committed in those of the workspaces that have a log. */
  async #lastCommits(workspaces: readonly WorkspaceId[]): Promise<Map<WorkspaceId, string>> {
    const commits = new Map<string, string>();
    if (workspaces.length === 1) {
      const { versionstamp } = await this.#kv.get(keys.callsBell(workspaces[0]));
      if (versionstamp !== null) commits.set(workspaces[0], versionstamp);
    } else {
      const selector = { prefix: prefixes.callsBells };
      for await (const { key, versionstamp } of this.#kv.list(selector, { batchSize: 500 })) {
        commits.set(WorkspaceId.parse(key[1]), versionstamp);
      }
    }
    return new Map(workspaces.flatMap((id) => {
      const versionstamp = commits.get(id);
      return versionstamp === undefined ? [] : [[id, versionstamp]];
    }));
  }

  async #look(source: Source): Promise<void> {
    const { workspaceId, end, nextLook } = source;
    const prefix = prefixes.calls(workspaceId);
    const selector = end === null ? { prefix } : { prefix, end: keys.calls(workspaceId, end) };
    const options = { reverse: true, limit: nextLook, batchSize: nextLook };
    const found = await Array.fromAsync(this.#kv.list(selector, options), (entry) => ({
      versionstamp: String(entry.key.at(-1)),
      workspaceId,
      pack: parseRecord(CallPack, entry),
    }));
    source.isWhole = found.length < nextLook;
    source.end = found.at(-1)?.versionstamp ?? end;
    source.nextLook = Math.min(nextLook * 4, LONGEST_LOOK);
    source.read = found.reverse();
  }

  async #one(selector: Deno.KvListSelector, { reverse = false } = {}): Promise<Placed | null> {
    for await (const entry of this.#kv.list(selector, { limit: 1, reverse })) {
      const { endedAt } = parseRecord(CallPack, entry);
      return { versionstamp: String(entry.key.at(-1)), endedAt };
    }
    return null;
  }
}

/** A log that was not looked into yet, behind a place. */
function sourceOf(workspaceId: WorkspaceId, latest: string, upTo: HistoryPlace | null): Source {
  const source = { workspaceId, read: [], nextLook: FIRST_LOOK, isWhole: false };
  if (upTo === null) return { ...source, latest, end: null };
  const { versionstamp } = upTo;
  const end = workspaceId < upTo.workspaceId ? versionstamp : behindPack(versionstamp);
  return { ...source, latest: latest < versionstamp ? latest : versionstamp, end };
}

/** In whose turn it is, the next one last: later commits come first, and of one the first id. */
function byTurn(a: Source, b: Source): number {
  if (a.latest !== b.latest) return a.latest < b.latest ? -1 : 1;
  return a.workspaceId > b.workspaceId ? -1 : 1;
}

/** Takes out all logs that have to be looked into before it is known what comes next. */
function takeUnread(sources: Source[]): Source[] {
  const latest = sources.at(-1)?.latest;
  const taken: Source[] = [];
  for (let source = sources.at(-1); source !== undefined; source = sources.at(-1)) {
    if (source.latest !== latest || source.read.length > 0) break;
    taken.push(source);
    sources.pop();
  }
  return taken;
}

/** Puts a log to its place among those that are in the order of their turns. */
function putBack(sources: Source[], source: Source): void {
  let [low, high] = [0, sources.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (byTurn(sources[middle], source) < 0) low = middle + 1;
    else high = middle;
  }
  sources.splice(low, 0, source);
}
