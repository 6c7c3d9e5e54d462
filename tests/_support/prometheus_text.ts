import assert from "node:assert/strict";

/** One line of a metric. */
export interface PrometheusSample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

/** A metric with what is said of it. */
export interface PrometheusFamily {
  help: string;
  type: string;
  samples: PrometheusSample[];
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*/;
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(,|(?=\}))/;

/**
 * Reads Prometheus's text format 0.0.4, strictly: every family has its help and type before
 * its samples, all in one place and no series twice; buckets rise up to the count.
 */
export function parsePrometheusText(text: string): Map<string, PrometheusFamily> {
  assert.ok(text.endsWith("\n"), "the last line has no end");
  const families = new Map<string, PrometheusFamily>();
  let current: PrometheusFamily | null = null;
  let currentName = "";

  for (const line of text.slice(0, -1).split("\n")) {
    const help = /^# HELP (\S+) (.*)$/.exec(line);
    const type = /^# TYPE (\S+) (counter|gauge|histogram)$/.exec(line);
    if (help !== null) {
      assert.ok(!families.has(help[1]), `${help[1]} is there twice`);
      currentName = help[1];
      const plain = help[2].replaceAll(/\\([\\n])/g, (_, one) => one === "n" ? "\n" : one);
      current = { help: plain, type: "", samples: [] };
      families.set(currentName, current);
    } else if (type !== null) {
      assert.ok(current !== null && type[1] === currentName && current.samples.length === 0, line);
      current.type = type[2];
    } else {
      const sample = sampleIn(line);
      assert.ok(current !== null && current.type !== "", `No type before: ${line}`);
      const suffixes = current.type === "histogram" ? ["_bucket", "_sum", "_count"] : [""];
      assert.ok(suffixes.some((suffix) => sample.name === currentName + suffix), line);
      current.samples.push(sample);
    }
  }

  for (const [name, family] of families) checkFamily(name, family);
  return families;
}

function sampleIn(line: string): PrometheusSample {
  const name = NAME.exec(line)?.[0];
  assert.ok(name !== undefined, `No sample: ${line}`);
  let rest = line.slice(name.length);
  const labels: Record<string, string> = {};

  if (rest.startsWith("{")) {
    rest = rest.slice(1);
    while (!rest.startsWith("}")) {
      const label = LABEL.exec(rest);
      assert.ok(label !== null && !Object.hasOwn(labels, label[1]), `Bad labels: ${line}`);
      labels[label[1]] = label[2].replaceAll(/\\([\\"n])/g, (_, one) => one === "n" ? "\n" : one);
      rest = rest.slice(label[0].length);
    }
    rest = rest.slice(1);
  }

  const value = /^ (NaN|[+-]Inf|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/.exec(rest)?.[1];
  assert.ok(value !== undefined, `No value: ${line}`);
  return { name, labels, value: Number(value.replace("Inf", "Infinity")) };
}

function checkFamily(name: string, { type, samples }: PrometheusFamily): void {
  const ids = samples.map((sample) => JSON.stringify([sample.name, sample.labels]));
  assert.equal(new Set(ids).size, ids.length, `${name} has a series twice`);
  if (type === "counter") assert.match(name, /_total$/);
  if (type !== "histogram") return;

  const idOf = ({ labels: { le: _le, ...labels } }: PrometheusSample) => JSON.stringify(labels);
  for (const [id, lines] of Map.groupBy(samples, idOf)) {
    const buckets = lines.filter((line) => line.name === `${name}_bucket`);
    const counts = buckets.map(({ value }) => value);
    const bounds = buckets.map(({ labels }) => Number(labels.le.replace("Inf", "Infinity")));
    const count = lines.find((line) => line.name === `${name}_count`)?.value;
    assert.ok(lines.some((line) => line.name === `${name}_sum`), `${name} ${id} has no sum`);
    assert.deepEqual(counts, counts.toSorted((a, b) => a - b), `${name} ${id}`);
    assert.deepEqual(bounds, bounds.toSorted((a, b) => a - b), `${name} ${id}`);
    assert.deepEqual([bounds.at(-1), counts.at(-1)], [Infinity, count], `${name} ${id}`);
  }
}
