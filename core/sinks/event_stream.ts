import { EVENTS_KEPT_MS, type EventStore } from "../events/event_store.ts";
import { packCursor } from "../kv/pack_cursor.ts";
import type { StreamSource } from "./sink_stream.ts";

/** The events, in the order of their commits. */
export function eventStream({ events }: { events: EventStore }): StreamSource {
  return {
    async *ends() {
      const place = await events.lastPlace();
      if (place !== null) yield { stream: "events", place };
    },
    begin: (_, versionstamp) => Promise.resolve(versionstamp),
    async *after(stream, place) {
      if (stream !== "events") return;
      for await (const { versionstamp, events: group } of events.groupsFrom(place)) {
        if (versionstamp === place) continue;
        const recordedAt = group.at(-1)?.at ?? new Date(0).toISOString();
        yield {
          place: versionstamp,
          recordedAt,
          expiresAt: new Date(Date.parse(recordedAt) + EVENTS_KEPT_MS).toISOString(),
          records: group.map((event, index) => {
            return { type: "event", id: `event-${packCursor({ versionstamp, index })}`, event };
          }),
        };
      }
    },
  };
}
