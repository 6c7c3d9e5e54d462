import assert from "node:assert/strict";
import { expose, EXPOSITION_TYPES, formatFor } from "../../core/telemetry/exposition.ts";
import { addInstruments, errorLabel, methodLabel } from "../../core/telemetry/instruments.ts";
import { Metrics } from "../../core/telemetry/metrics.ts";
import { parsePrometheusText, type PrometheusFamily } from "../_support/prometheus_text.ts";

function sampleMetrics(): Metrics {
  const metrics = new Metrics();
  const calls = {
    name: "a.calls",
    unit: "{call}",
    help: 'How many "calls".',
    labels: ["a.server"],
  };
  const counter = metrics.counter(calls);
  counter.add(["notes"]);
  counter.add(["notes"], 2);
  counter.add(['a\\b"c\nd']);
  const histogram = metrics.histogram({
    name: "a.duration",
    unit: "s",
    help: "How long.",
    labels: ["a.server", "error.type"],
  }, [0.5, 1, 2]);
  for (const seconds of [0.25, 0.5, 1.5, 8]) histogram.record(seconds, ["notes", ""]);
  metrics.gauge({ name: "process.memory", unit: "By", help: "Memory." }, () => 1024);
  metrics.total({ name: "a.commits", unit: "{commit}", help: "Commits." }, () => 5);
  return metrics;
}

Deno.test("metrics are what a parser of Prometheus's text reads in them", () => {
  const families = parsePrometheusText(expose(sampleMetrics().all, "text"));

  assert.deepEqual([...families].map(([name, { type, help }]) => [name, type, help]), [
    ["a_calls_total", "counter", 'How many "calls".'],
    ["a_duration_seconds", "histogram", "How long."],
    ["process_memory_bytes", "gauge", "Memory."],
    ["a_commits_total", "counter", "Commits."],
  ]);
  assert.deepEqual(valuesOf(families, "a_calls_total"), [
    [{ a_server: "notes" }, 3],
    [{ a_server: 'a\\b"c\nd' }, 1],
  ]);
  assert.deepEqual(valuesOf(families, "a_duration_seconds"), [
    [{ a_server: "notes", le: "0.5" }, 2],
    [{ a_server: "notes", le: "1" }, 2],
    [{ a_server: "notes", le: "2" }, 3],
    [{ a_server: "notes", le: "+Inf" }, 4],
    [{ a_server: "notes" }, 10.25],
    [{ a_server: "notes" }, 4],
  ]);
  assert.deepEqual(valuesOf(families, "process_memory_bytes"), [[{}, 1024]]);
  assert.deepEqual(valuesOf(families, "a_commits_total"), [[{}, 5]]);
});

function valuesOf(families: Map<string, PrometheusFamily>, name: string) {
  return families.get(name)?.samples.map(({ labels, value }) => [labels, value]);
}

Deno.test("OpenMetrics has its own names, units, bounds and end", () => {
  const text = expose(sampleMetrics().all, "openmetrics");

  assert.deepEqual(text.split("\n"), [
    '# HELP a_calls How many \\"calls\\".',
    "# TYPE a_calls counter",
    'a_calls_total{a_server="notes"} 3',
    'a_calls_total{a_server="a\\\\b\\"c\\nd"} 1',
    "# HELP a_duration_seconds How long.",
    "# TYPE a_duration_seconds histogram",
    "# UNIT a_duration_seconds seconds",
    'a_duration_seconds_bucket{a_server="notes",le="0.5"} 2',
    'a_duration_seconds_bucket{a_server="notes",le="1.0"} 2',
    'a_duration_seconds_bucket{a_server="notes",le="2.0"} 3',
    'a_duration_seconds_bucket{a_server="notes",le="+Inf"} 4',
    'a_duration_seconds_sum{a_server="notes"} 10.25',
    'a_duration_seconds_count{a_server="notes"} 4',
    "# HELP process_memory_bytes Memory.",
    "# TYPE process_memory_bytes gauge",
    "# UNIT process_memory_bytes bytes",
    "process_memory_bytes 1024",
    "# HELP a_commits Commits.",
    "# TYPE a_commits counter",
    "a_commits_total 5",
    "# EOF",
    "",
  ]);
});

Deno.test("the format is the one that Accept wants more, and text where it says nothing", () => {
  const prometheus =
    "application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.5";
  const expected: [string | null, string][] = [
    [null, "text"],
    ["*/*", "text"],
    ["text/html", "text"],
    [prometheus, "openmetrics"],
    ["application/openmetrics-text", "openmetrics"],
    ["application/openmetrics-text; version=0.0.1", "text"],
    ["application/openmetrics-text;q=0.2, text/plain;q=0.9", "text"],
    ["application/openmetrics-text;q=0", "text"],
    ["application/openmetrics-text;q=x", "text"],
  ];

  for (const [accept, format] of expected) assert.equal(formatFor(accept), format, String(accept));
  assert.equal(EXPOSITION_TYPES.text, "text/plain; version=0.0.4; charset=utf-8");
});

Deno.test("a metric has 1,000 series, and one for what has no room", () => {
  const metrics = new Metrics();
  const counter = metrics.counter({ name: "a", unit: "", help: "A.", labels: ["b"] });
  for (let at = 0; at < 1_500; at++) counter.add([`b${at}`]);
  counter.add(["b0"]);

  const samples = counter.read();
  assert.equal(samples.length, 1_001);
  assert.equal(samples[0].value, 2);
  assert.deepEqual(samples.at(-1), { labels: { "otel.metric.overflow": "true" }, value: 500 });
});

Deno.test("numbers that are none are written as Prometheus writes them", () => {
  const metrics = new Metrics();
  metrics.gauge({ name: "a", unit: "", help: "A." }, () => [
    { labels: { b: "1" }, value: Number.NaN },
    { labels: { b: "2" }, value: Number.POSITIVE_INFINITY },
    { labels: { b: "3" }, value: Number.NEGATIVE_INFINITY },
  ]);

  const lines = expose(metrics.all, "text").split("\n").slice(2, 5);
  assert.deepEqual(lines, ['a{b="1"} NaN', 'a{b="2"} +Inf', 'a{b="3"} -Inf']);
});

Deno.test("two metrics cannot have one name", () => {
  const metrics = new Metrics();
  addInstruments(metrics);

  assert.throws(() => addInstruments(metrics), /two metrics "mcp.server.operation.duration"/);
});

Deno.test("who is shown every metric is shown those that come later, too", () => {
  const metrics = new Metrics();
  const names: string[] = [];
  metrics.gauge({ name: "a", unit: "", help: "A." }, () => 1);
  metrics.each(({ name }) => void names.push(name));
  metrics.gauge({ name: "b", unit: "", help: "B." }, () => 1);

  assert.deepEqual(names, ["a", "b"]);
});

Deno.test("what strangers choose is one word among the labels", () => {
  assert.equal(methodLabel("tools/call"), "tools/call");
  assert.equal(methodLabel("tools/what-4f2a"), "_OTHER");
  const types = ["-32602", "-32050", "-31999", "42", "1e9", "tool_error", null];
  assert.deepEqual(types.map(errorLabel), [
    "-32602",
    "-32050",
    "_OTHER",
    "_OTHER",
    "_OTHER",
    "tool_error",
    "",
  ]);
});
