import type { Event } from "../events/event.ts";
import type { Alert } from "./alert.ts";

/** Names that servers choose are cut to this many characters. */
const MAX_NAME = 200;

/** The alert that an event is worth. */
export function alertOfEvent(event: Event): Alert {
  const server = { id: event.serverId, slug: event.server };
  const timestamp = event.at;
  switch (event.kind) {
    case "leak": {
      const { secret, form, place, method, times } = event;
      const tool = event.tool === null ? null : cut(event.tool);
      const data = { server, secret, form, place, method, tool, times };
      return { type: "leak.detected", timestamp, data };
    }
    case "server_blocked":
      return { type: "server.blocked", timestamp, data: { server, reason: event.reason } };
    case "definition_change": {
      const { item, tool, change, diff } = event;
      const fields = diff.map(({ field }) => cut(field));
      const data = { server, item, name: cut(tool), change, fields };
      return { type: "definition.changed", timestamp, data };
    }
    case "breaker_opened": {
      const { failures, since, nextTryAt } = event;
      return { type: "breaker.opened", timestamp, data: { server, failures, since, nextTryAt } };
    }
    case "error_rate": {
      const { calls, errors, rule } = event;
      const workspace = { id: event.workspaceId, slug: event.workspace };
      const percent = Math.round(errors / calls * 1000) / 10;
      const data = { workspace, server, calls, errors, percent, threshold: rule };
      return { type: "error_rate.exceeded", timestamp, data };
    }
  }
}

function cut(text: string): string {
  return text.slice(0, MAX_NAME).replace(/[\ud800-\udbff]$/, "");
}
