import assert from "node:assert/strict";
import fc from "fast-check";
import { LatencySketch } from "../../core/analytics/latency_sketch.ts";

const PARTS = [0.01, 0.5, 0.95, 0.99, 1];
const durations = fc.array(
  fc.oneof(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 864_000_000 }))
    .map((tenths) => tenths / 10),
  { minLength: 1, maxLength: 300 },
);

function sketchOf(all: readonly number[]): LatencySketch {
  const sketch = new LatencySketch();
  for (const duration of all) sketch.add(duration);
  return sketch;
}

/** The nearest rank of the durations themselves. */
function exact(all: readonly number[], part: number): number {
  const sorted = [...all].sort((a, b) => a - b);
  return sorted[Math.max(1, Math.ceil(part * sorted.length)) - 1];
}

Deno.test("LatencySketch.quantile() is within 2 % of the calls' own", () => {
  fc.assert(fc.property(durations, (all) => {
    const sketch = sketchOf(all);

    for (const part of PARTS) {
      const [said, true_] = [sketch.quantile(part) ?? NaN, exact(all, part)];
      assert.ok(Math.abs(said - true_) <= 0.02 * true_, `p${part * 100}: ${said}, not ${true_}`);
    }
  }));
});

Deno.test("LatencySketch.merge() gives what one sketch of all would be", () => {
  fc.assert(fc.property(durations, durations, (some, others) => {
    const merged = sketchOf(some);
    merged.merge(sketchOf(others));

    assert.deepEqual(merged.buckets(), sketchOf([...some, ...others]).buckets());
    assert.equal(merged.count, some.length + others.length);
    assert.deepEqual(LatencySketch.of(merged.buckets()).buckets(), merged.buckets());
  }));
});

Deno.test("LatencySketch counts what is no duration, is nothing, or longer than a day", () => {
  const sketch = sketchOf([NaN, -5, 0, 0.04, Infinity, 1e300]);

  assert.equal(sketch.count, 6);
  assert.equal(sketch.quantile(0.5), 0);
  assert.ok(Math.abs((sketch.quantile(1) ?? 0) - 86_400_000) <= 0.02 * 86_400_000);
  assert.equal(new LatencySketch().quantile(0.5), null);
});

Deno.test("LatencySketch.ofDistances() reads few and many buckets, and nothing that is none", () => {
  fc.assert(fc.property(durations, durations, (all, more) => {
    const row: number[] = [];
    let before = 0;
    for (const [bucket, times] of sketchOf(all).buckets()) {
      row.push(bucket - before, times);
      before = bucket;
    }

    const read = LatencySketch.ofDistances([7, ...row], 1);

    assert.deepEqual(read.buckets(), sketchOf(all).buckets());
    assert.equal(read.count, all.length);
    assert.equal(read.size, read.buckets().length);
    for (const duration of more) read.add(duration);
    assert.deepEqual(read.buckets(), sketchOf([...all, ...more]).buckets());
    assert.equal(read.size, read.buckets().length);
  }));
  assert.throws(() => LatencySketch.ofDistances([3, 1, 0, 1], 0), /bucket twice/);
  assert.throws(() => LatencySketch.ofDistances([9_999, 1], 0), /9999/);
});
