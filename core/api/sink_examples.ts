const AT = "2026-11-22T09:30:00.000Z";

const sink = {
  id: "snk_0123456789abcdefghij",
  name: "SIEM",
  kind: "otlp" as const,
  url: "https://otel.example.com/v1/logs",
  headers: ["authorization"],
  workspaces: null,
  include: ["calls" as const],
  from: "beginning" as const,
  gzip: true,
  enabled: true,
  status: "failing" as const,
  behindSeconds: 95,
  failure: {
    since: AT,
    tries: 7,
    reason: "answered HTTP 503",
    nextTryAt: "2026-11-22T09:31:30.000Z",
  },
  sentRecords: 120_400,
  rejectedRecords: 0,
  lostRecords: 0,
  lostUncounted: false,
  lastSentAt: AT,
  createdAt: AT,
  updatedAt: AT,
};

/** Request bodies about sinks. */
export const SINK_INPUT_EXAMPLES = {
  SinkChange: { enabled: false },
  SinkInput: {
    name: sink.name,
    kind: sink.kind,
    url: sink.url,
    headers: { Authorization: "Bearer the key" },
    from: sink.from,
  },
};

/** Answers about sinks. */
export const SINK_OUTPUT_EXAMPLES = {
  SinkList: { items: [sink], nextCursor: null },
  SinkTestReport: { ok: true, message: "The sink took a test record.", durationMs: 84 },
  SinkView: sink,
};
