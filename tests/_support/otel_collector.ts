import { serveLocally } from "./upstream.ts";

/** A span as a collector got it. */
export interface CollectedSpan {
  /** Who made it: `deno`, or the gateway itself. */
  scope: string;
  name: string;
  /** 2 is that of a server, 3 that of a client. */
  kind: number;
  traceId: string;
  spanId: string;
  parentSpanId: string;
  attributes: Record<string, unknown>;
  links: { traceId: string; spanId: string }[];
  /** 2 is an error. */
  status: { code?: number; message?: string };
  startTimeUnixNano: string;
  endTimeUnixNano: string;
}

/** One series of a metric as a collector got it. */
export interface CollectedPoint {
  metric: string;
  unit: string;
  attributes: Record<string, unknown>;
  /** The value of a counter or gauge, the count of a histogram. */
  value: number;
  bounds?: number[];
}

/** A collector of OpenTelemetry data that a process of a test exports to. */
export interface OtelCollector extends AsyncDisposable {
  /** What switches a process's export on, to here. */
  readonly env: Record<string, string>;
  readonly spans: readonly CollectedSpan[];
  /** The newest point of every series. */
  points(): CollectedPoint[];
  /** Everything that came, byte for byte. */
  readonly bodies: readonly string[];
}

type Attribute = { key: string; value: Record<string, unknown> };

/** Starts a collector that takes OTLP over HTTP in JSON. */
export function startCollector(): OtelCollector {
  const bodies: string[] = [];
  const spans: CollectedSpan[] = [];
  const points = new Map<string, CollectedPoint>();

  const server = serveLocally(async (request) => {
    const body = await request.text();
    bodies.push(body);
    const { pathname } = new URL(request.url);
    if (pathname === "/v1/traces") spans.push(...spansIn(JSON.parse(body)));
    if (pathname === "/v1/metrics") {
      for (const point of pointsIn(JSON.parse(body))) {
        points.set(`${point.metric} ${JSON.stringify(point.attributes)}`, point);
      }
    }
    return Response.json({});
  });

  return {
    env: {
      OTEL_DENO: "true",
      OTEL_EXPORTER_OTLP_ENDPOINT: server.origin,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_BSP_SCHEDULE_DELAY: "50",
      OTEL_METRIC_EXPORT_INTERVAL: "500",
    },
    spans,
    points: () => [...points.values()],
    bodies,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

// deno-lint-ignore no-explicit-any
function spansIn({ resourceSpans = [] }: any): CollectedSpan[] {
  // deno-lint-ignore no-explicit-any
  return resourceSpans.flatMap(({ scopeSpans }: any) =>
    // deno-lint-ignore no-explicit-any
    scopeSpans.flatMap(({ scope, spans }: any) =>
      // deno-lint-ignore no-explicit-any
      spans.map((span: any) => ({
        ...span,
        scope: scope.name,
        attributes: valuesOf(span.attributes ?? []),
        links: span.links ?? [],
        status: span.status ?? {},
      }))
    )
  );
}

// deno-lint-ignore no-explicit-any
function pointsIn({ resourceMetrics = [] }: any): CollectedPoint[] {
  // deno-lint-ignore no-explicit-any
  return resourceMetrics.flatMap(({ scopeMetrics }: any) =>
    // deno-lint-ignore no-explicit-any
    scopeMetrics.flatMap(({ metrics }: any) =>
      // deno-lint-ignore no-explicit-any
      metrics.flatMap(({ name, unit, gauge, sum, histogram }: any) =>
        // deno-lint-ignore no-explicit-any
        (gauge ?? sum ?? histogram).dataPoints.map((point: any) => ({
          metric: name,
          unit,
          attributes: valuesOf(point.attributes ?? []),
          value: Number(point.asDouble ?? point.asInt ?? point.count),
          bounds: point.explicitBounds,
        }))
      )
    )
  );
}

/** Attributes as an object. Throws for one that is there twice. */
function valuesOf(attributes: Attribute[]): Record<string, unknown> {
  const keys = attributes.map(({ key }) => key);
  if (new Set(keys).size !== keys.length) throw new Error(`An attribute is there twice: ${keys}`);
  return Object.fromEntries(
    attributes.map(({ key, value }) => [key, Object.values(value)[0]]),
  );
}
