import type { OpenBreaker } from "../core/servers/server_health.ts";
import type { ServerView } from "../core/servers/server.ts";
import { count, formatDetails } from "./output.ts";
import { secretsTable } from "./secrets_table.ts";
import { relativeTime } from "./times.ts";

const TRANSPORTS = { "streamable-http": "Streamable HTTP", sse: "HTTP+SSE" } as const;

const ON_LEAK = {
  redact: "what it sends back of a secret is redacted",
  block: "the same, and it is blocked",
} as const;

/** A server as `mcp show` and `mcp update` print it. */
export function serverDetails(server: ServerView, now: Date): string {
  const { breaker } = server.health;
  const details = formatDetails([
    ["Slug", server.slug],
    ["Name", server.name],
    ["URL", server.url],
    ...whyDisabled(server, now),
    ["Protocol", protocol(server, now)],
    ["Health", breaker === null ? "no failures in a row" : trouble(breaker, now)],
    ...lastError(breaker),
    ["Timeouts", timeouts(server)],
    ["At once", count(server.maxConcurrent, "call")],
    ["Forwards", server.forwardHeaders.join(", ") || "-"],
    ["On a leak", ON_LEAK[server.onLeak]],
    ["Workspaces", server.workspaces.join(", ") || "-"],
    ["Secrets", server.secrets.map(({ name }) => name).join(", ") || "-"],
    ["Changes", changesToDecide(server)],
    ["Registered", relativeTime(server.createdAt, now)],
    ["Changed", relativeTime(server.updatedAt, now)],
    ["Id", server.id],
  ]);
  return server.secrets.length === 0
    ? details
    : `${details}\n\n${secretsTable(server.secrets, now)}`;
}

/** Whether a server can be called, in one word. */
export function serverState({ disabled }: ServerView): string {
  if (disabled === null) return "enabled";
  return disabled.reason === "leak" ? "blocked" : "disabled";
}

function whyDisabled({ slug, disabled }: ServerView, now: Date): [string, string][] {
  if (disabled === null) return [];
  const when = relativeTime(disabled.at, now);
  const what = disabled.reason === "leak"
    ? `blocked ${when}: it sent back a secret`
    : `disabled ${when} by ${disabled.by}`;
  return [["State", `${what}; undo: aerostack mcp enable ${slug}`]];
}

function changesToDecide({ slug, changesWaiting }: ServerView): string {
  if (changesWaiting === 0) return "no changed definitions";
  return `${
    count(changesWaiting, "changed definition")
  } to decide on; aerostack mcp review ${slug}`;
}

function protocol({ protocol, health }: ServerView, now: Date): string {
  const { eras, transport, probedAt } = health;
  const way = transport === null ? "" : ` over ${TRANSPORTS[transport]}`;
  if (protocol !== "auto") return `pinned to ${protocol}${way}`;
  if (eras.length === 0) return "auto; not found out yet";
  const found = `auto; ${eras.join(" and ")}${way}`;
  return probedAt === null ? found : `${found}, found out ${relativeTime(probedAt, now)}`;
}

function trouble({ failures, since, nextTryAt }: OpenBreaker, now: Date): string {
  const isDue = Date.parse(nextTryAt) <= now.getTime();
  const next = isDue ? "with the next call" : relativeTime(nextTryAt, now);
  return `not called: ${failures} failures in a row since ${relativeTime(since, now)}; ` +
    `tried again ${next}`;
}

function lastError(breaker: OpenBreaker | null): [string, string][] {
  return breaker === null ? [] : [["Last error", breaker.lastError]];
}

function timeouts({ timeouts }: ServerView): string {
  const { totalSeconds, connectSeconds, firstByteSeconds, idleSeconds } = timeouts;
  return [
    `total ${totalSeconds} s`,
    `connect ${connectSeconds} s`,
    `first byte ${spoken(firstByteSeconds)}`,
    `idle ${spoken(idleSeconds)}`,
  ].join(", ");
}

function spoken(seconds: number | null): string {
  return seconds === null ? "none" : `${seconds} s`;
}
