import { VERSION } from "../version.ts";
import { attributes, nanoseconds, otlpRecord, SEVERITIES } from "./otlp_record.ts";
import type { SinkFormat } from "./sink_record.ts";

/** What all records come from. */
const RESOURCE = JSON.stringify({
  attributes: attributes({ "service.name": "aerostack-gateway", "service.version": VERSION }),
});
const SCOPE = JSON.stringify({ name: "aerostack.log", version: VERSION });

/** Logs of OTLP/HTTP in JSON: an `ExportLogsServiceRequest`. */
export const OTLP_LOGS: SinkFormat = {
  contentType: "application/json",
  encode: (record) => JSON.stringify(otlpRecord(record)),
  body: (encoded) =>
    `{"resourceLogs":[{"resource":${RESOURCE},"scopeLogs":[{"scope":${SCOPE},` +
    `"logRecords":[${encoded.join(",")}]}]}]}`,
  test: (at) =>
    JSON.stringify({
      timeUnixNano: nanoseconds(at.getTime()),
      observedTimeUnixNano: nanoseconds(at.getTime()),
      eventName: "aerostack.test",
      ...SEVERITIES.info,
      body: { stringValue: "A test of a sink; no call." },
    }),
};
