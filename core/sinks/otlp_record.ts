import type { Call, Outcome } from "../calls/call.ts";
import type { AuditRecord, CallRecord, EventRecord, SinkRecord } from "./sink_record.ts";

/** A value of an attribute (OTLP, AnyValue); 64-bit integers are text in its JSON. */
type AnyValue = { stringValue: string } | { intValue: string } | { doubleValue: number };

/** A name with its value (OTLP, KeyValue). */
export interface Attribute {
  key: string;
  value: AnyValue;
}

/** A log record of OTLP, in its JSON. */
export interface LogRecord {
  timeUnixNano: string;
  observedTimeUnixNano: string;
  eventName: string;
  severityNumber: number;
  severityText: string;
  body: AnyValue;
  attributes?: Attribute[];
}

/** What an attribute may be made of; one without a value is left out. */
type Value = string | number | null;

/** Severity numbers of the log data model, and what they are called. */
export const SEVERITIES = {
  info: { severityNumber: 9, severityText: "INFO" },
  warn: { severityNumber: 13, severityText: "WARN" },
  error: { severityNumber: 17, severityText: "ERROR" },
} as const;

const SEVERITY_OF: Record<Outcome, keyof typeof SEVERITIES> = {
  ok: "info",
  input_required: "info",
  cancelled: "info",
  tool_error: "warn",
  refused: "warn",
  protocol_error: "error",
  upstream_failure: "error",
};

/** A record as OTLP has it, under the names of the semantic conventions where they have one. */
export function otlpRecord(record: SinkRecord): LogRecord {
  switch (record.type) {
    case "call":
      return callRecord(record);
    case "audit":
      return auditRecord(record);
    case "event":
      return eventRecord(record);
  }
}

/** Attributes of these values; those that are `null` are left out. */
export function attributes(values: Record<string, Value>): Attribute[] {
  return Object.entries(values).flatMap(([key, value]): Attribute[] => {
    if (value === null) return [];
    if (typeof value === "string") return [{ key, value: { stringValue: value } }];
    return [{ key, value: { intValue: String(Math.round(value)) } }];
  });
}

/** Milliseconds since 1970 as nanoseconds, which only a text can hold to the unit. */
export function nanoseconds(ms: number): string {
  return String(BigInt(Math.round(ms * 1000)) * 1000n);
}

function callRecord({ id, workspaceId, workspace, call }: CallRecord): LogRecord {
  if (call === null) {
    return damaged("aerostack.call", id, { "aerostack.workspace.id": workspaceId });
  }
  const arrivedMs = Date.parse(call.at);
  return {
    timeUnixNano: nanoseconds(arrivedMs),
    observedTimeUnixNano: nanoseconds(arrivedMs + call.durationMs),
    eventName: "aerostack.call",
    ...SEVERITIES[SEVERITY_OF[call.outcome]],
    body: { stringValue: callInWords(call) },
    attributes: attributes({
      // The conventions say that of records with the same uid all but one may be removed.
      "log.record.uid": id,
      "user.email": call.email,
      "user.full_name": call.person,
      ...nameOf(call),
      "error.type": call.reason,
      "aerostack.workspace.id": workspaceId,
      "aerostack.workspace.slug": workspace,
      "aerostack.server.id": call.serverId,
      "aerostack.server.slug": call.server,
      "aerostack.token.id": call.tokenId,
      "aerostack.call.method": call.method,
      "aerostack.call.outcome": call.outcome,
      "aerostack.call.era": call.era,
      "aerostack.call.request.size": call.bytesIn,
      "aerostack.call.response.size": call.bytesOut,
    }).concat({ key: "aerostack.call.duration_ms", value: { doubleValue: call.durationMs } }),
  };
}

/** What was asked for, under the name that the conventions for MCP have for it. */
function nameOf({ method, tool }: Call): Record<string, Value> {
  switch (method) {
    case "tools/call":
      return {
        "mcp.method.name": method,
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": tool,
      };
    case "prompts/get":
      return { "mcp.method.name": method, "gen_ai.prompt.name": tool };
    case "resources/read":
      return { "mcp.method.name": method, "mcp.resource.uri": tool };
    case "request":
      return { "mcp.method.name": tool === "" ? null : tool };
    case "authenticate":
      return {};
  }
}

function callInWords({ method, server, tool, person, outcome, reason }: Call): string {
  const what = [method, tool, server === null ? "" : `of ${server}`].filter(Boolean).join(" ");
  const why = reason === null || reason === outcome ? "" : ` (${reason})`;
  return `${person}: ${what}: ${outcome}${why}`;
}

function auditRecord({ id, entry }: AuditRecord): LogRecord {
  const name = "aerostack.audit";
  if (entry === null) return damaged(name, id);

  const { actor, action, subject } = entry;
  const about = Object.entries(subject).map(([key, value]) => [`${name}.subject.${key}`, value]);
  return {
    ...timeOf(entry.at),
    eventName: name,
    ...SEVERITIES.info,
    body: { stringValue: `${actor.name}: ${action} ${Object.values(subject)[0] ?? ""}`.trim() },
    attributes: attributes({
      "log.record.uid": id,
      "user.full_name": actor.name,
      [`${name}.seq`]: entry.seq,
      [`${name}.action`]: action,
      [`${name}.actor.kind`]: actor.kind,
      [`${name}.actor.id`]: actor.id,
      [`${name}.actor.via`]: actor.via,
      ...Object.fromEntries(about),
      [`${name}.changes`]: JSON.stringify(entry.changes),
      [`${name}.hash`]: entry.hash,
    }),
  };
}

function eventRecord({ id, event }: EventRecord): LogRecord {
  const { at, server, serverId, ...own } = event;
  const named = Object.entries(own).map(([key, value]) => {
    const isPlain = typeof value === "string" || typeof value === "number" || value === null;
    const name = key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    return [`aerostack.event.${name}`, isPlain ? value : JSON.stringify(value)];
  });
  return {
    ...timeOf(at),
    eventName: "aerostack.event",
    ...SEVERITIES.warn,
    body: { stringValue: `${event.kind.replaceAll("_", " ")} of ${server}` },
    attributes: attributes({
      "log.record.uid": id,
      "aerostack.server.id": serverId,
      "aerostack.server.slug": server,
      ...Object.fromEntries(named),
    }),
  };
}

/** What is said of a record that cannot be read, and when nobody knows. */
function damaged(eventName: string, id: string, more: Record<string, Value> = {}): LogRecord {
  return {
    ...timeOf(new Date(0).toISOString()),
    eventName,
    ...SEVERITIES.error,
    body: { stringValue: `The record ${id} of the gateway cannot be read` },
    attributes: attributes({ "log.record.uid": id, ...more }),
  };
}

function timeOf(at: string): Pick<LogRecord, "timeUnixNano" | "observedTimeUnixNano"> {
  const time = nanoseconds(Date.parse(at));
  return { timeUnixNano: time, observedTimeUnixNano: time };
}
