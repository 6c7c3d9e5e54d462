import type { Call, Outcome } from "../calls/call.ts";
import type { CallFeed } from "../calls/call_feed.ts";
import type { CallQueries } from "../calls/call_queries.ts";
import { behindPack } from "../calls/log_position.ts";
import type { ServerId, WorkspaceId } from "../ids.ts";
import type { Workspace } from "../workspaces/workspace.ts";
import { MAX_WORKSPACES, type WorkspaceStore } from "../workspaces/workspace_store.ts";
import type { ErrorAlarm, ErrorAlarmStore } from "./error_alarm_store.ts";
import { type ErrorRule, isExceeded, ruleKey } from "./error_rule.ts";
import { RateWindow } from "./rate_window.ts";
import type { Webhook } from "./webhook.ts";

/** What looking after error rates needs. */
export interface ErrorRatesDeps {
  callQueries: Pick<CallQueries, "placeBefore">;
  callFeed: CallFeed;
  workspaces: WorkspaceStore;
  alarms: ErrorAlarmStore;
  now: () => Date;
  log: (line: string) => void;
}

/** The calls of a workspace: from where on they are to be counted, and of which server how many. */
interface Tail {
  from: string;
  servers: Map<ServerId, { slug: string; window: RateWindow }>;
}

/** A rule and where somebody wants to know. */
interface Watched {
  rule: ErrorRule;
  /** `null` for everywhere. */
  workspaceIds: ReadonlySet<WorkspaceId> | null;
}

/** How many workspaces are read side by side. */
const LANES = 8;

/** What a server failed at. What the gateway refused and a client took back is not its fault. */
const ERRORS: readonly Outcome[] = ["tool_error", "protocol_error", "upstream_failure"];
const NOT_COUNTED: readonly Outcome[] = ["refused", "cancelled"];

/**
 * Sees when too many of a server's calls in a workspace fail, over all processes: it counts
 * the log on from where it was.
 *
 * The counts are in memory and can be made anew from the log; that somebody was told is in
 * the store, in one commit with the event.
 */
export class ErrorRates {
  readonly #deps: ErrorRatesDeps;
  readonly #tails = new Map<WorkspaceId, Tail>();
  /** How far back the counts reach at least, in minutes. */
  #minutes = 0;

  constructor(deps: ErrorRatesDeps) {
    this.#deps = deps;
  }

  /** Counts what is new, raises alarms, and ends those that are over. */
  async look(webhooks: readonly Webhook[], signal: AbortSignal): Promise<void> {
    const watched = watchedOf(webhooks);
    const workspaces = watched.length === 0 ? [] : await this.#workspacesOf(watched);
    this.#keep(new Set(workspaces.map(({ id }) => id)), watched);

    await this.#countAll(workspaces, signal);
    // Half of the calls say nothing.
    if (!signal.aborted) await this.#compare(watched, workspaces);
  }

  async #workspacesOf(watched: readonly Watched[]): Promise<Workspace[]> {
    const { workspaces } = this.#deps;
    const ids = watched.map(({ workspaceIds }) => workspaceIds);
    if (ids.includes(null)) {
      return (await workspaces.list({ limit: MAX_WORKSPACES, cursor: null })).items;
    }
    return await workspaces.getMany([...new Set(ids.flatMap((some) => [...some ?? []]))]);
  }

  /** What is wrong with the log of one workspace keeps no other from being looked at. */
  async #countAll(workspaces: readonly Workspace[], signal: AbortSignal): Promise<void> {
    const waiting = workspaces.values();
    const failures: string[] = [];
    const lane = async () => {
      for (const { id, slug } of waiting) {
        if (signal.aborted) return;
        await this.#count(id, signal).catch((error) => failures.push(`"${slug}": ${error}`));
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    if (failures.length === 0 || signal.aborted) return;
    const rest = failures.length === 1 ? "" : `, and ${failures.length - 1} others`;
    this.#deps.log(`Cannot look at error rates of workspace ${failures[0]}${rest}`);
  }

  async #count(id: WorkspaceId, signal: AbortSignal): Promise<void> {
    const nowMs = this.#deps.now().getTime();
    const tail = this.#tails.get(id) ?? { from: await this.#begin(id, nowMs), servers: new Map() };
    this.#tails.set(id, tail);

    for await (const { versionstamp, endedAt, calls } of this.#deps.callFeed.from(id, tail.from)) {
      // What was found by now ended by now, whatever another clock says.
      const endedAtMs = Math.min(Date.parse(endedAt), nowMs);
      for (const call of calls ?? []) countOne(tail, call, endedAtMs);
      // What was committed together is counted as a whole: the next look begins behind it.
      tail.from = behindPack(versionstamp);
      if (signal.aborted) return;
    }
    for (const [serverId, { window }] of tail.servers) {
      if (!window.prune(this.#minutes, nowMs)) tail.servers.delete(serverId);
    }
  }

  async #begin(id: WorkspaceId, nowMs: number): Promise<string> {
    const time = new Date(nowMs - this.#minutes * 60_000);
    const place = await this.#deps.callQueries.placeBefore(id, time);
    if (place === null) return "";
    return place.index < 0 ? place.versionstamp : behindPack(place.versionstamp);
  }

  async #compare(watched: readonly Watched[], workspaces: readonly Workspace[]): Promise<void> {
    const { alarms, now } = this.#deps;
    const open = await alarms.list();
    const isOpen = new Set(open.map(alarmKey));
    const exceeded = new Set<string>();

    for (const { rule, workspaceIds } of watched) {
      for (const { id, slug } of workspaces) {
        if (workspaceIds !== null && !workspaceIds.has(id)) continue;
        for (const [serverId, { slug: server, window }] of this.#tails.get(id)?.servers ?? []) {
          const rate = window.last(rule.windowMinutes, now().getTime());
          if (!isExceeded(rule, rate)) continue;
          const key = alarmKey({ rule: ruleKey(rule), workspaceId: id, serverId });
          exceeded.add(key);
          if (isOpen.has(key)) continue;
          await alarms.raise({
            kind: "error_rate",
            at: now().toISOString(),
            serverId,
            server,
            workspaceId: id,
            workspace: slug,
            ...rate,
            rule,
          });
        }
      }
    }
    for (const alarm of open) {
      if (!exceeded.has(alarmKey(alarm)) && this.#isOver(alarm, watched)) await alarms.clear(alarm);
    }
  }

  /** What goes up and down around a limit is one alarm in each window, and not one each time. */
  #isOver({ rule, at }: ErrorAlarm, watched: readonly Watched[]): boolean {
    const minutes = watched.find((one) => ruleKey(one.rule) === rule)?.rule.windowMinutes ?? 0;
    // One that lies far ahead was raised by a clock that was wrong.
    return Math.abs(this.#deps.now().getTime() - at.getTime()) >= minutes * 60_000;
  }

  /** Forgets what nobody asks for, and all counts when they do not reach far enough. */
  #keep(ids: ReadonlySet<WorkspaceId>, watched: readonly Watched[]): void {
    const minutes = Math.max(0, ...watched.map(({ rule }) => rule.windowMinutes));
    const isTooShort = minutes > this.#minutes;
    this.#minutes = minutes;
    for (const id of this.#tails.keys()) {
      if (isTooShort || !ids.has(id)) this.#tails.delete(id);
    }
  }
}

function countOne({ servers }: Tail, { serverId, server, outcome }: Call, endedAtMs: number): void {
  if (serverId === null || NOT_COUNTED.includes(outcome)) return;
  const known = servers.get(serverId) ?? { slug: "", window: new RateWindow() };
  known.slug = server ?? known.slug;
  known.window.add(endedAtMs, ERRORS.includes(outcome));
  servers.set(serverId, known);
}

/** The rules of webhooks that want to know, each once. */
function watchedOf(webhooks: readonly Webhook[]): Watched[] {
  const wanting = webhooks.filter(({ disabled, kinds }) => {
    return disabled === null && (kinds?.includes("error_rate.exceeded") ?? true);
  });
  const byRule = Map.groupBy(wanting, ({ errorRule }) => ruleKey(errorRule));
  return [...byRule.values()].map((some) => {
    const isEverywhere = some.some(({ workspaceIds }) => workspaceIds === null);
    const ids = new Set(some.flatMap(({ workspaceIds }) => workspaceIds ?? []));
    return { rule: some[0].errorRule, workspaceIds: isEverywhere ? null : ids };
  });
}

function alarmKey(
  { rule, workspaceId, serverId }: Pick<ErrorAlarm, "rule" | "workspaceId" | "serverId">,
): string {
  return `${rule} ${workspaceId} ${serverId}`;
}
