import type { AuditStore } from "../audit/audit_store.ts";
import { AuditEntry } from "../audit/audit_entry.ts";
import type { Event } from "../events/event.ts";
import type { EventStore } from "../events/event_store.ts";
import type { WorkspaceId } from "../ids.ts";
import type { InstallStore } from "../workspaces/install_store.ts";
import type { PlacedAlert } from "./alert.ts";
import { auditPlace, eventPlace, versionstampOf } from "./alert_place.ts";
import { alertOfEntry } from "./alerts_of_audit.ts";
import { alertOfEvent } from "./alerts_of_events.ts";
import type { ErrorRule } from "./error_rule.ts";
import type { LogPlaces } from "./webhook.ts";

/** Something in a log, and the alert that it is worth, if it is. */
export interface SourceItem {
  place: string;
  found: PlacedAlert | null;
  /** The rule that was broken; only webhooks with that rule get the alert. */
  rule?: ErrorRule;
}

/** A log that alerts are found in. */
export interface AlertSource {
  name: keyof LogPlaces;
  /** What comes after a place, in its order, until whoever reads has enough. */
  after(place: string): AsyncIterable<SourceItem>;
}

/** Alerts that the audit log is worth. */
export function auditSource(
  { audit, log }: { audit: AuditStore; log: (line: string) => void },
): AlertSource {
  return {
    name: "audit",
    async *after(place) {
      for await (const { key, value } of audit.entriesFrom(Number(place) + 1)) {
        const { data: entry } = AuditEntry.safeParse(value);
        const seq = Number(key.at(-1));
        // One that somebody damaged must not keep all that follow from being seen.
        if (entry === undefined) log(`Cannot look for an alert in entry ${seq} of the audit log`);
        yield { place: auditPlace(seq), found: entry === undefined ? null : alertOfEntry(entry) };
      }
    },
  };
}

/** Alerts that events are worth. */
export function eventSource(
  { events, installs }: { events: EventStore; installs: InstallStore },
): AlertSource {
  return {
    name: "events",
    async *after(place) {
      for await (const group of events.groupsFrom(versionstampOf(place))) {
        for (const [index, event] of group.events.entries()) {
          const here = eventPlace(group.versionstamp, index);
          if (here <= place) continue;
          const found: PlacedAlert = {
            id: `msg_event_${group.versionstamp}_${index}`,
            alert: alertOfEvent(event),
            workspaceIds: await workspacesOf(installs, event),
          };
          const rule = event.kind === "error_rate" ? event.rule : undefined;
          yield { place: here, found, rule };
        }
      }
    },
  };
}

async function workspacesOf(installs: InstallStore, event: Event): Promise<WorkspaceId[]> {
  return event.kind === "error_rate"
    ? [event.workspaceId]
    : await installs.listByServer(event.serverId);
}
