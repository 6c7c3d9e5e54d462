/** What a metric says: its name in the form of OpenTelemetry, its unit, and a sentence. */
export interface MetricInfo {
  /** Words with dots between, such as `aerostack.call_log.commits`. */
  name: string;
  /** `s`, `By`, or what is counted in braces, such as `{call}`. */
  unit: string;
  help: string;
  /** The attributes that tell its series apart; an empty value is as none. */
  labels?: readonly string[];
}

/** The attributes of one series. */
export type Labels = Readonly<Record<string, string>>;

/** One number of a metric. */
export interface Sample {
  labels: Labels;
  value: number;
}

/** How often a value was at most each bound, and in all. */
export interface HistogramSample {
  labels: Labels;
  /** For each bound the values that were at most it and above the one before; then the rest. */
  counts: readonly number[];
  count: number;
  sum: number;
}

/** Takes every value of a histogram at the moment when it is recorded. */
export type Mirror = (value: number, labels: Labels) => void;

/** A number that only grows, or one that is what it is now. */
export interface NumberMetric extends MetricInfo {
  kind: "counter" | "gauge";
  read(): readonly Sample[];
}

/** How values are spread. */
export interface HistogramMetric extends MetricInfo {
  kind: "histogram";
  bounds: readonly number[];
  read(): readonly HistogramSample[];
  mirrorTo(mirror: Mirror): void;
}

/** A metric as it is read. */
export type Metric = NumberMetric | HistogramMetric;

/** How many series one metric has; what would be more is counted in one of its own. */
const MAX_SERIES = 1_000;

/** The series of what had no room (OpenTelemetry, Metrics SDK, Cardinality limits). */
const OVERFLOW: Labels = { "otel.metric.overflow": "true" };

const NO_LABELS: Labels = {};

/** The series of one metric, by the values of its labels. */
class SeriesTable<T extends { labels: Labels }> {
  readonly #names: readonly string[];
  readonly #create: (labels: Labels) => T;
  readonly #series = new Map<string, T>();
  #overflow: T | null = null;

  constructor(names: readonly string[], create: (labels: Labels) => T) {
    this.#names = names;
    this.#create = create;
  }

  /** The series of these values, in the order of the names. */
  of(values: readonly string[]): T {
    const key = values.length === 1 ? values[0] : values.join("\n");
    const known = this.#series.get(key);
    if (known !== undefined) return known;
    if (this.#series.size >= MAX_SERIES) return this.#overflow ??= this.#create(OVERFLOW);
    const series = this.#create(this.#labelsOf(values));
    this.#series.set(key, series);
    return series;
  }

  all(): T[] {
    const all = [...this.#series.values()];
    return this.#overflow === null ? all : [...all, this.#overflow];
  }

  #labelsOf(values: readonly string[]): Labels {
    const named = this.#names.map((name, index) => [name, values[index] ?? ""]);
    return Object.fromEntries(named.filter(([, value]) => value !== ""));
  }
}

/** Counts what happens, by the values of its labels. */
export class Counter implements NumberMetric {
  readonly kind = "counter";
  readonly name: string;
  readonly unit: string;
  readonly help: string;
  readonly #table: SeriesTable<Sample>;

  constructor({ name, unit, help, labels = [] }: MetricInfo) {
    this.name = name;
    this.unit = unit;
    this.help = help;
    this.#table = new SeriesTable(labels, (labels) => ({ labels, value: 0 }));
    if (labels.length === 0) this.#table.of([]);
  }

  /** Counts once, or `by` times, under these values of its labels. */
  add(values: readonly string[] = [], by = 1): void {
    this.#table.of(values).value += by;
  }

  read(): Sample[] {
    return this.#table.all();
  }
}

interface Spread extends HistogramSample {
  counts: number[];
}

/** Records how values are spread, by the values of its labels. */
export class Histogram implements HistogramMetric {
  readonly kind = "histogram";
  readonly name: string;
  readonly unit: string;
  readonly help: string;
  readonly bounds: readonly number[];
  readonly #table: SeriesTable<Spread>;
  #mirror: Mirror | null = null;

  constructor({ name, unit, help, labels = [] }: MetricInfo, bounds: readonly number[]) {
    this.name = name;
    this.unit = unit;
    this.help = help;
    this.bounds = bounds;
    this.#table = new SeriesTable<Spread>(labels, (labels) => {
      return { labels, counts: Array<number>(bounds.length + 1).fill(0), count: 0, sum: 0 };
    });
  }

  /** Records one value under these values of its labels. */
  record(value: number, values: readonly string[] = []): void {
    const series = this.#table.of(values);
    const found = this.bounds.findIndex((bound) => value <= bound);
    series.counts[found === -1 ? this.bounds.length : found]++;
    series.count++;
    series.sum += value;
    this.#mirror?.(value, series.labels);
  }

  mirrorTo(mirror: Mirror): void {
    this.#mirror = mirror;
  }

  read(): HistogramSample[] {
    return this.#table.all();
  }
}

/**
 * What one process counts of itself, for whoever scrapes it or has it exported.
 *
 * Every part may add to it. What is read when it is asked for costs nothing before; what is
 * counted costs a look-up. No metric has more than 1,000 series.
 */
export class Metrics {
  readonly #metrics = new Map<string, Metric>();
  readonly #visitors: ((metric: Metric) => void)[] = [];

  /** A counter that is counted by hand. */
  counter(info: MetricInfo): Counter {
    const counter = new Counter(info);
    this.#add(counter);
    return counter;
  }

  /** A histogram with these upper bounds, in rising order. */
  histogram(info: MetricInfo, bounds: readonly number[]): Histogram {
    const histogram = new Histogram(info, bounds);
    this.#add(histogram);
    return histogram;
  }

  /** A number that is looked up when somebody wants to know it. */
  gauge(info: MetricInfo, read: () => number | readonly Sample[]): void {
    this.#add({ ...info, kind: "gauge", read: () => samplesOf(read()) });
  }

  /** The same for a number that only grows. */
  total(info: MetricInfo, read: () => number | readonly Sample[]): void {
    this.#add({ ...info, kind: "counter", read: () => samplesOf(read()) });
  }

  /** Every metric, in the order in which they were added. */
  get all(): readonly Metric[] {
    return [...this.#metrics.values()];
  }

  /** Shows every metric to somebody, and each that is added later. */
  each(visit: (metric: Metric) => void): void {
    this.#visitors.push(visit);
    for (const metric of this.#metrics.values()) visit(metric);
  }

  #add(metric: Metric): void {
    if (this.#metrics.has(metric.name)) throw new Error(`There are two metrics "${metric.name}"`);
    this.#metrics.set(metric.name, metric);
    for (const visit of this.#visitors) visit(metric);
  }
}

function samplesOf(read: number | readonly Sample[]): readonly Sample[] {
  if (typeof read === "number") return [{ labels: NO_LABELS, value: read }];
  return read.slice(0, MAX_SERIES);
}
