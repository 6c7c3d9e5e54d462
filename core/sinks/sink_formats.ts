import { JSON_LINES } from "./json_lines.ts";
import { OTLP_LOGS } from "./otlp_logs.ts";
import type { Sink, SinkKind } from "./sink.ts";
import type { SinkFormat } from "./sink_record.ts";

const FORMATS: Record<SinkKind, SinkFormat> = { jsonl: JSON_LINES, otlp: OTLP_LOGS };

/** How records are written for a sink. */
export function formatOf({ kind }: Pick<Sink, "kind">): SinkFormat {
  return FORMATS[kind];
}
