import { AsyncLocalStorage } from "node:async_hooks";
import type { Attributes, SpanStart, Telemetry } from "../../core/telemetry/telemetry.ts";

/** A span of the gateway, as it was made. */
export interface RecordedSpan {
  name: string;
  kind: SpanStart["kind"];
  /** The span around it; `null` for the outermost. */
  parent: RecordedSpan | null;
  attributes: Record<string, string | number | boolean>;
  error: string | null;
  isEnded: boolean;
}

/** Telemetry that keeps its spans, in the order in which they began. */
export interface RecordedSpans extends Telemetry {
  readonly spans: readonly RecordedSpan[];
}

/** Records spans in this process; they carry a trace on where one is given. */
export function recordSpans(): RecordedSpans {
  const active = new AsyncLocalStorage<RecordedSpan>();
  const spans: RecordedSpan[] = [];

  return {
    spans,
    isExporting: false,
    isTracing: true,
    async span({ name, kind, attributes }, run) {
      const parent = active.getStore() ?? null;
      const span: RecordedSpan = {
        name,
        kind,
        parent,
        attributes: { ...attributes },
        error: null,
        isEnded: false,
      };
      spans.push(span);
      try {
        return await active.run(span, () =>
          run({
            carried: null,
            rename: (next) => void (span.name = next),
            set: (more: Attributes) => void Object.assign(span.attributes, more),
            fail: (errorType) => void (span.error = errorType),
          }));
      } finally {
        span.isEnded = true;
      }
    },
    withoutBaggage: (run) => run(),
    publish: () => {},
  };
}
