import { type Command, Option } from "commander";
import { Event, EventKind } from "../core/events/event.ts";
import { formatTable } from "./output.ts";
import type { Session } from "./session.ts";
import { relativeTime, wholeNumber } from "./times.ts";
import { verb } from "./verb.ts";

interface EventsOptions {
  server?: string;
  kind?: string;
  limit: number;
}

/** `events list`. */
export function addEventsVerbs(events: Command, session: Session): void {
  verb(events, "list", "list what servers did that an admin should see, newest first", [
    "aerostack events list",
    "aerostack events list --server internal-api --kind leak",
  ])
    .option("--server <slug>", "only of this server")
    .addOption(new Option("--kind <kind>", "only of this kind").choices(EventKind.options))
    .option("--limit <number>", "how many", wholeNumber("--limit", 1, 10_000), 50)
    .action((options: EventsOptions) => list(session, options));
}

async function list(session: Session, { server, kind, limit }: EventsOptions): Promise<void> {
  const query = new URLSearchParams();
  if (server !== undefined) query.set("server", server);
  if (kind !== undefined) query.set("kind", kind);
  const api = await session.api();
  const answer = await api.list("/events", Event, limit, query);

  const now = session.terminal.now();
  const rows = answer.value.map((event) => [
    relativeTime(event.at, now),
    event.server,
    event.kind.replaceAll("_", " "),
    whatHappened(event),
  ]);
  session.show(
    answer.body,
    rows.length > 0
      ? formatTable(["WHEN", "SERVER", "KIND", "WHAT"], rows)
      : "No such events in the last 90 days.",
  );
}

function whatHappened(event: Event): string {
  switch (event.kind) {
    case "leak":
      return leak(event);
    case "definition_change":
      return `${event.tool} was ${event.change}${fieldsOf(event.diff)}`;
    case "server_blocked":
      return `disabled because of a ${event.reason}; aerostack mcp enable ${event.server}`;
    case "breaker_opened":
      return `failed ${event.failures} times in a row, and is not called for a while`;
    case "error_rate":
      return errorRate(event);
  }
}

function leak({ secret, tool, method, form, place, times }: Event & { kind: "leak" }): string {
  const where = tool ?? method ?? "its stream";
  const often = times > 1 ? `, ${times} times` : "";
  const how = form === "raw" ? "" : ` as ${form}`;
  return `${where} sent ${secret} back${how} in a ${place}${often}; it was redacted`;
}

function errorRate({ calls, errors, workspace, rule }: Event & { kind: "error_rate" }): string {
  return `${errors} of ${calls} calls from ${workspace} failed in ${rule.windowMinutes} min`;
}

function fieldsOf(diff: readonly { field: string }[]): string {
  return diff.length === 0 ? "" : `: ${diff.map(({ field }) => field).join(", ")}`;
}
