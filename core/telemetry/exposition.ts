import type { HistogramMetric, Labels, Metric } from "./metrics.ts";

/** The two formats that Prometheus reads. */
export type ExpositionFormat = "text" | "openmetrics";

/** What each format is called in `Content-Type`. */
export const EXPOSITION_TYPES: Readonly<Record<ExpositionFormat, string>> = {
  text: "text/plain; version=0.0.4; charset=utf-8",
  openmetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8",
};

/** Names of units as Prometheus spells them out; what is counted has none. */
const UNITS: Readonly<Record<string, string>> = { s: "seconds", By: "bytes" };

/** The format that an `Accept` header wants more; Prometheus's own text where it says nothing. */
export function formatFor(accept: string | null): ExpositionFormat {
  let wanted: { format: ExpositionFormat; weight: number } = { format: "text", weight: 0 };
  for (const range of (accept ?? "").toLowerCase().split(",")) {
    const [type, ...params] = range.split(";").map((part) => part.trim());
    const format = formatOf(type, params);
    const weight = weightOf(params);
    if (format !== null && weight > wanted.weight) wanted = { format, weight };
  }
  return wanted.format;
}

function formatOf(type: string, params: readonly string[]): ExpositionFormat | null {
  if (["text/plain", "text/*", "*/*"].includes(type)) return "text";
  if (type !== "application/openmetrics-text") return null;
  const version = params.find((param) => param.startsWith("version="));
  return version === undefined || /^version="?1\.0\.0"?$/.test(version) ? "openmetrics" : null;
}

function weightOf(params: readonly string[]): number {
  const text = params.find((param) => param.startsWith("q="))?.slice(2);
  return text === undefined ? 1 : Number(text) || 0;
}

/** Every metric, in a format that Prometheus reads. */
export function expose(metrics: readonly Metric[], format: ExpositionFormat): string {
  const lines = metrics.flatMap((metric) => linesOf(metric, format));
  if (format === "openmetrics") lines.push("# EOF");
  return lines.join("\n") + "\n";
}

function linesOf(metric: Metric, format: ExpositionFormat): string[] {
  const family = familyOf(metric);
  const isCounter = metric.kind === "counter";
  // In the older format a counter's own name ends like its samples'.
  const name = isCounter && format === "text" ? `${family}_total` : family;
  const unit = UNITS[metric.unit];
  const head = [
    `# HELP ${name} ${escapeHelp(metric.help, format)}`,
    `# TYPE ${name} ${metric.kind}`,
  ];
  if (unit !== undefined && format === "openmetrics") head.push(`# UNIT ${name} ${unit}`);
  if (metric.kind === "histogram") return [...head, ...spreadLines(family, metric, format)];
  const sample = isCounter ? `${family}_total` : family;
  const body = metric.read().map(({ labels, value }) => lineOf(sample, labels, value));
  return [...head, ...body];
}

/** The name of a metric as Prometheus has it, with its unit and without `_total`. */
function familyOf({ name, unit }: Metric): string {
  const plain = name.replaceAll(/[^A-Za-z0-9_]/g, "_");
  const suffix = UNITS[unit];
  return suffix === undefined || plain.endsWith(`_${suffix}`) ? plain : `${plain}_${suffix}`;
}

function spreadLines(
  family: string,
  metric: HistogramMetric,
  format: ExpositionFormat,
): string[] {
  return metric.read().flatMap(({ labels, counts, count, sum }) => {
    let atMost = 0;
    const buckets = metric.bounds.map((bound, index) => {
      atMost += counts[index];
      return lineOf(`${family}_bucket`, { ...labels, le: boundText(bound, format) }, atMost);
    });
    return [
      ...buckets,
      lineOf(`${family}_bucket`, { ...labels, le: "+Inf" }, count),
      lineOf(`${family}_sum`, labels, sum),
      lineOf(`${family}_count`, labels, count),
    ];
  });
}

/** OpenMetrics writes every bound as a float. */
function boundText(bound: number, format: ExpositionFormat): string {
  return format === "openmetrics" && Number.isInteger(bound) ? `${bound}.0` : String(bound);
}

function lineOf(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => {
    return `${label.replaceAll(/[^A-Za-z0-9_]/g, "_")}="${escapeValue(text)}"`;
  });
  return `${name}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${numberText(value)}`;
}

function numberText(value: number): string {
  if (Number.isFinite(value)) return String(value);
  if (Number.isNaN(value)) return "NaN";
  return value > 0 ? "+Inf" : "-Inf";
}

function escapeValue(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}

function escapeHelp(text: string, format: ExpositionFormat): string {
  const escaped = text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
  return format === "openmetrics" ? escaped.replaceAll('"', '\\"') : escaped;
}
