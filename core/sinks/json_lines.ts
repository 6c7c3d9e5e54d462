import type { SinkFormat, SinkRecord } from "./sink_record.ts";

/** A JSON object on each line: what is on the record, with its type and id. */
export const JSON_LINES: SinkFormat = {
  contentType: "application/x-ndjson",
  encode: (record) => JSON.stringify(lineOf(record)),
  body: (encoded) => encoded.map((line) => `${line}\n`).join(""),
  test: (at) => JSON.stringify({ type: "test", id: "test", at: at.toISOString() }),
};

function lineOf(record: SinkRecord): object {
  const { type, id } = record;
  switch (record.type) {
    case "call": {
      const { workspaceId, workspace, call } = record;
      return { type, id, workspaceId, workspace, ...call ?? { damaged: true } };
    }
    case "audit":
      return { type, id, ...record.entry ?? { damaged: true } };
    case "event":
      return { type, id, ...record.event };
  }
}
