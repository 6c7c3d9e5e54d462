import { z } from "zod";
import type { ErrorRateEvent } from "../events/event.ts";
import type { EventStore } from "../events/event_store.ts";
import { ServerId, WorkspaceId } from "../ids.ts";
import { commitWithRetry } from "../kv/commit.ts";
import { keys, prefixes } from "../kv/keys.ts";
import { parseRecord } from "../kv/records.ts";
import { ruleKey } from "./error_rule.ts";

const Stored = z.object({ at: z.iso.datetime() });

/** That too many calls fail, which somebody was told. */
export interface ErrorAlarm {
  rule: string;
  workspaceId: WorkspaceId;
  serverId: ServerId;
  /** Since when. */
  at: Date;
}

/** Keeps which servers fail too often, so that each time is one event. */
export class ErrorAlarmStore {
  readonly #kv: Deno.Kv;
  readonly #events: EventStore;

  constructor(kv: Deno.Kv, events: EventStore) {
    this.#kv = kv;
    this.#events = events;
  }

  /** All alarms. */
  async list(): Promise<ErrorAlarm[]> {
    const entries = this.#kv.list({ prefix: prefixes.errorAlarms });
    return await Array.fromAsync(entries, (entry) => {
      const [, rule, workspaceId, serverId] = entry.key;
      return {
        rule: String(rule),
        workspaceId: WorkspaceId.parse(workspaceId),
        serverId: ServerId.parse(serverId),
        at: new Date(parseRecord(Stored, entry).at),
      };
    });
  }

  /** Puts an event on the record together with its alarm, unless there is one already. */
  async raise(event: ErrorRateEvent): Promise<void> {
    const key = keys.errorAlarm(ruleKey(event.rule), event.workspaceId, event.serverId);
    await commitWithRetry(`raise an alarm about "${event.server}"`, async () => {
      const entry = await this.#kv.get(key);
      if (entry.versionstamp !== null) return { atomic: null, result: null };
      const atomic = this.#kv.atomic().check(entry).set(key, { at: event.at });
      return { atomic: this.#events.addTo(atomic, [event]), result: null };
    });
  }

  /** Ends an alarm, so that the next one is an event again. */
  async clear({ rule, workspaceId, serverId }: ErrorAlarm): Promise<void> {
    await commitWithRetry("end an alarm", () => {
      const atomic = this.#kv.atomic().delete(keys.errorAlarm(rule, workspaceId, serverId));
      return Promise.resolve({ atomic, result: null });
    });
  }
}
