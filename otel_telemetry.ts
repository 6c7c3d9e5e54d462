import {
  type Context,
  context,
  createContextKey,
  createNoopMeter,
  type Link,
  type Meter,
  metrics as otelMetrics,
  propagation,
  ROOT_CONTEXT,
  type Span as OtelSpan,
  SpanKind,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import type { Metric, Metrics } from "./core/telemetry/metrics.ts";
import {
  NO_TELEMETRY,
  type Span,
  type SpanStart,
  type Telemetry,
} from "./core/telemetry/telemetry.ts";
import { traceparentOf } from "./core/telemetry/trace_context.ts";
import type { Fetch } from "./core/upstream/upstream.ts";
import { VERSION } from "./core/version.ts";
import { redactSpans } from "./redact_spans.ts";

/** The name under which the gateway's own spans and metrics are exported. */
const SCOPE = "aerostack-gateway";

/** What other vendors wrote about the trace, on its way through this process. */
const TRACESTATE = createContextKey("aerostack tracestate");

const TRACEPARENT = "traceparent";

const tracer = trace.getTracer(SCOPE, VERSION);
const meter = otelMetrics.getMeter(SCOPE, VERSION);

/** Which fields traces travel in, where the environment does not say (OpenTelemetry). */
const DEFAULT_PROPAGATORS = "tracecontext,baggage";

/** Where traces and metrics go, and the `fetch` that goes with it. */
export interface OpenTelemetry {
  telemetry: Telemetry;
  fetch: Fetch;
}

/**
 * Telemetry by Deno's own support for OpenTelemetry; what of it is on, `OTEL_DENO` and its
 * like decide before the process begins.
 */
export function openTelemetry(
  env: Record<string, string | undefined>,
  fetch: Fetch,
): OpenTelemetry {
  const areMetricsOn = isExporting(meter);
  const publish = areMetricsOn ? (metrics: Metrics) => metrics.each(publishOne) : () => {};
  if (!isRecording()) {
    return { telemetry: { ...NO_TELEMETRY, isExporting: areMetricsOn, publish }, fetch };
  }

  redactSpans(tracer);
  // Deno 2.5 does not say by its API what it was told.
  const propagators = env.OTEL_PROPAGATORS?.trim() || DEFAULT_PROPAGATORS;
  const carries = propagators.split(",").some((name) => name.trim() === "tracecontext");
  return {
    telemetry: {
      isExporting: true,
      isTracing: true,
      span: (start, run) => runInside(start, carries, run),
      withoutBaggage: (run) => context.with(propagation.deleteBaggage(context.active()), run),
      publish,
    },
    fetch: carries ? withOneTraceparent(fetch) : fetch,
  };
}

/**
 * A `fetch` that leaves it to Deno to say which span a request belongs to: Deno adds its
 * header beside one that is there, and two of them are none.
 */
function withOneTraceparent(fetch: Fetch): Fetch {
  return (input, init) => {
    if (init?.headers instanceof Headers) init.headers.delete(TRACEPARENT);
    return fetch(input, init);
  };
}

/** A span that is begun and never ended is not exported. */
function isRecording(): boolean {
  return tracer.startSpan("probe").isRecording();
}

function isExporting(meter: Meter): boolean {
  return meter.constructor !== createNoopMeter().constructor;
}

async function runInside<T>(
  start: SpanStart,
  carries: boolean,
  run: (span: Span) => Promise<T>,
): Promise<T> {
  const around = context.active();
  const { parent, links } = parentOf(start, carries, around);
  const span = tracer.startSpan(start.name, {
    kind: start.kind === "server" ? SpanKind.SERVER : SpanKind.CLIENT,
    attributes: { ...start.attributes },
    links,
  }, parent);
  const state = start.remote?.tracestate ?? stateIn(around);
  const inside = trace.setSpan(around, span).setValue(TRACESTATE, state);

  try {
    return await context.with(inside, () => run(spanOf(span, carries ? state : undefined)));
  } finally {
    span.end();
  }
}

/** What a message names is its parent; the transport's own span is linked then. */
function parentOf(
  { remote }: SpanStart,
  carries: boolean,
  around: Context,
): { parent: Context; links: Link[] } {
  const named = carries ? remote?.parent ?? null : null;
  if (named === null) return { parent: around, links: [] };
  const transport = trace.getSpanContext(around);
  return {
    parent: trace.setSpanContext(ROOT_CONTEXT, { ...named, isRemote: true }),
    links: transport === undefined ? [] : [{ context: transport }],
  };
}

function stateIn(around: Context): string | null {
  const state = around.getValue(TRACESTATE);
  return typeof state === "string" ? state : null;
}

/** `tracestate` is `undefined` where traces are not carried on. */
function spanOf(span: OtelSpan, tracestate: string | null | undefined): Span {
  return {
    get carried() {
      if (tracestate === undefined) return null;
      return { traceparent: traceparentOf(span.spanContext()), tracestate };
    },
    rename: (name) => void span.updateName(name),
    set: (attributes) => void span.setAttributes({ ...attributes }),
    fail: (errorType) => {
      span.setAttributes({ "error.type": errorType });
      span.setStatus({ code: SpanStatusCode.ERROR });
    },
  };
}

function publishOne(metric: Metric): void {
  const { name, unit, help: description } = metric;
  if (metric.kind === "histogram") {
    const advice = { explicitBucketBoundaries: [...metric.bounds] };
    const histogram = meter.createHistogram(name, { unit, description, advice });
    return metric.mirrorTo((value, labels) => histogram.record(value, labels));
  }
  const instrument = metric.kind === "counter"
    ? meter.createObservableCounter(name, { unit, description })
    : meter.createObservableGauge(name, { unit, description });
  instrument.addCallback((result) => {
    for (const { labels, value } of metric.read()) result.observe(value, labels);
  });
}
