import type { Actor } from "../audit/actor.ts";
import type { AuditStore } from "../audit/audit_store.ts";
import { refusal } from "../errors.ts";
import { auditedChanges } from "../egress/audited_changes.ts";
import type { SinkId } from "../ids.ts";
import { keys, prefixes } from "../kv/keys.ts";
import { listRecords, parseEntry } from "../kv/records.ts";
import { holdSealingKey } from "../secrets/key_check_store.ts";
import { MAX_SINKS, Sink } from "./sink.ts";
import { beginProgress, endProgress, forgetFailure } from "./sink_progress_store.ts";

/** Fields that say nothing of what somebody changed, and what is sealed. */
const UNAUDITED = ["id", "sealed", "createdAt", "updatedAt"];

/** Keeps where the log is sent. */
export class SinkStore {
  readonly #kv: Deno.Kv;
  readonly #audit: AuditStore;

  constructor(kv: Deno.Kv, audit: AuditStore) {
    this.#kv = kv;
    this.#audit = audit;
  }

  /** The sink of this id, or `null`. */
  async get(id: SinkId): Promise<Sink | null> {
    return parseEntry(Sink, await this.#kv.get(keys.sink(id)));
  }

  /** All sinks; at most 10. */
  list(): Promise<Sink[]> {
    return listRecords(this.#kv, Sink, prefixes.sinks);
  }

  /** Adds a sink. Throws `limit_reached` past 10, and `conflict` for a name that is taken. */
  async add(by: Actor, sink: Sink): Promise<void> {
    await this.#audit.commit(by, `add sink "${sink.name}"`, async () => {
      const epoch = await this.#kv.get(keys.sinkEpoch);
      const others = await this.list();
      if (others.length >= MAX_SINKS) throw tooMany();
      refuseTaken(sink, others);

      const atomic = touch(this.#kv.atomic().check(epoch).set(keys.sink(sink.id), sink));
      await this.#holdKey(atomic, sink);
      beginProgress(this.#kv, atomic, sink.id, sink.from === "now");
      const entry = {
        action: "sink.add",
        subject: subjectOf(sink),
        changes: auditedChanges(null, sink, UNAUDITED),
      };
      return { atomic, result: undefined, entry };
    });
  }

  /**
   * Stores what `change` makes of a sink, which is tried anew then, and gives it; `null` when
   * it is gone. What changes nothing is not stored. Throws `conflict` for a name that is taken.
   */
  update(
    by: Actor,
    id: SinkId,
    change: (sink: Sink) => Promise<Sink>,
  ): Promise<Sink | null> {
    return this.#audit.commit(by, `update sink "${id}"`, async () => {
      const epoch = await this.#kv.get(keys.sinkEpoch);
      const stored = await this.#kv.get(keys.sink(id));
      const sink = parseEntry(Sink, stored);
      if (sink === null) return { atomic: null, result: null };

      const result = { ...await change(sink), id };
      const changes = auditedChanges(sink, result, UNAUDITED);
      if (Object.keys(changes).length === 0) return { atomic: null, result: sink };
      refuseTaken(result, await this.list());
      const atomic = touch(this.#kv.atomic().check(epoch, stored).set(stored.key, result));
      await this.#holdKey(atomic, result);
      await forgetFailure(this.#kv, atomic, id);
      return {
        atomic,
        result,
        entry: { action: "sink.update", subject: subjectOf(sink), changes },
      };
    });
  }

  /** Removes a sink; `false` when it was gone already. Its cursors are cleared afterwards. */
  remove(by: Actor, id: SinkId): Promise<boolean> {
    return this.#audit.commit(by, `remove sink "${id}"`, async () => {
      const stored = await this.#kv.get(keys.sink(id));
      const sink = parseEntry(Sink, stored);
      if (sink === null) return { atomic: null, result: false };

      const atomic = touch(this.#kv.atomic().check(stored).delete(stored.key));
      endProgress(atomic, id);
      const entry = {
        action: "sink.remove",
        subject: subjectOf(sink),
        changes: auditedChanges(sink, null, UNAUDITED),
      };
      return { atomic, result: true, entry };
    });
  }

  async #holdKey(atomic: Deno.AtomicOperation, { sealed }: Sink): Promise<void> {
    if (sealed !== null) await holdSealingKey(this.#kv, atomic, sealed.keyId);
  }
}

/** Whoever decides on all sinks at once has to look again. */
function touch(atomic: Deno.AtomicOperation): Deno.AtomicOperation {
  return atomic.sum(keys.sinkEpoch, 1n);
}

function subjectOf({ id, name }: Sink): Record<string, string> {
  return { sink: name, sinkId: id };
}

function refuseTaken({ id, name }: Sink, all: readonly Sink[]): void {
  if (!all.some((other) => other.name === name && other.id !== id)) return;
  throw refusal("conflict", `A sink "${name}" exists already; give it another name.`, "name");
}

function tooMany(): Error {
  return refusal(
    "limit_reached",
    `There are ${MAX_SINKS} sinks, the most that a gateway has; remove one first.`,
  );
}
