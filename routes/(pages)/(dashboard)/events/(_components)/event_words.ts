import type { Event, EventKind } from "../../../../../core/events/event.ts";
import { counted } from "../../../../../core/calls/spoken_figures.ts";
import type { BadgeKind } from "../../../(_components)/Badge.tsx";

/** How each kind of event is called, and how bad it is. */
export const KINDS: Record<EventKind, { title: string; badge: BadgeKind }> = {
  leak: { title: "secret sent back", badge: "bad" },
  definition_change: { title: "definition held", badge: "warn" },
  server_blocked: { title: "server blocked", badge: "bad" },
  breaker_opened: { title: "not answering", badge: "bad" },
  error_rate: { title: "many errors", badge: "warn" },
};

const FORMS = { raw: "as it is", base64: "in base64", hex: "in hex" };
const PLACES = { body: "in its answer", header: "in a header" };

/** What happened, in a sentence. */
export function eventInWords(event: Event): string {
  switch (event.kind) {
    case "leak": {
      const when = event.tool === null ? "" : ` when ${event.tool} was called`;
      const often = event.times === 1 ? "" : `, ${counted(event.times, "time")}`;
      return `Sent back the secret ${event.secret} ${FORMS[event.form]} ${PLACES[event.place]}` +
        `${when}${often}. The value was taken out before anybody saw it.`;
    }
    case "definition_change":
      return `The ${event.item} ${event.tool} ` +
        (event.change === "added" ? "is new" : "is not defined as before") +
        "; it is held until an admin approves it.";
    case "server_blocked":
      return "The gateway disabled this server because it sent back a secret.";
    case "breaker_opened":
      return `Failed ${counted(event.failures, "time")} in a row, so it was not called until ` +
        `${event.nextTryAt.slice(11, 19)} UTC.`;
    case "error_rate":
      return `Of ${counted(event.calls, "call")} in workspace ${event.workspace} ` +
        `${event.errors} failed in ${counted(event.rule.windowMinutes, "minute")}.`;
  }
}

/** Where it is looked at or solved. */
export function placeOfEvent(event: Event): { title: string; path: string } {
  const server = `/servers/${event.server}`;
  switch (event.kind) {
    case "leak":
      return { title: "Change the secret", path: `${server}/secrets` };
    case "definition_change":
      return { title: "Review the change", path: server };
    case "server_blocked":
      return { title: "Enable it again", path: `${server}/settings` };
    case "breaker_opened":
      return { title: "Test the connection", path: `${server}/settings` };
    case "error_rate": {
      const { workspace, server, at, rule } = event;
      const from = new Date(Date.parse(at) - rule.windowMinutes * 60_000).toISOString();
      const query = new URLSearchParams({ workspace, server, from, to: at });
      return { title: "See these calls", path: `/calls?${query}` };
    }
  }
}
