/** Neighbouring buckets differ by this factor: the middle of one is off by less than 1.5 %. */
const GROWTH = 1.03;
const LOG_GROWTH = Math.log(GROWTH);

/** What is shorter is counted as nothing; records have tenths of a millisecond. */
const SHORTEST_MS = 0.1;

/** A day, in buckets: what is longer is counted there. */
const LAST_BUCKET = bucketAbove(24 * 60 * 60 * 1000);

/** A sketch that is added to has a place for every bucket once it has more than these. */
const MOST_PAIRS = 32;

/**
 * How long calls took, as counts in buckets that grow by 3 %.
 *
 * Two of them add up to exactly what one of all calls would be, and its quantiles are those of
 * the calls within 1.5 %, however many there are: within 2 % when they are rounded to three
 * digits. Reports add up hundreds of thousands of them.
 */
export class LatencySketch {
  /** Buckets and their counts in turns, in the order of the buckets, while they are few. */
  #pairs: number[] = [];
  /** The count of every bucket, once they are many. */
  #counts: Uint32Array | null = null;
  /** No bucket from this one on has any; most calls take less than a minute. */
  #end = 0;
  #size = 0;
  #total = 0;

  /** How many durations were counted. */
  get count(): number {
    return this.#total;
  }

  /** How many buckets have any. */
  get size(): number {
    return this.#size;
  }

  /** Counts one duration, or as many that are alike. */
  add(durationMs: number, times = 1): void {
    this.addTo(bucketOf(durationMs), times);
  }

  /** Counts all that another one has. */
  merge(other: LatencySketch): void {
    if (this.#counts === null && this.#size + other.#size > MOST_PAIRS) this.#spread();
    const pairs = other.#pairs;
    if (this.#counts === null) {
      for (let at = 0; at < pairs.length; at += 2) this.addTo(pairs[at], pairs[at + 1]);
      return;
    }

    const counts = this.#counts;
    let size = this.#size;
    this.#end = Math.max(this.#end, other.#end);
    for (let at = 0; at < pairs.length; at += 2) {
      if (counts[pairs[at]] === 0) size++;
      counts[pairs[at]] += pairs[at + 1];
    }
    const others = other.#counts ?? [];
    for (let bucket = 0; bucket < other.#end && bucket < others.length; bucket++) {
      if (others[bucket] === 0) continue;
      if (counts[bucket] === 0) size++;
      counts[bucket] += others[bucket];
    }
    this.#size = size;
    this.#total += other.#total;
  }

  /**
   * The duration that this part of all calls did not exceed (nearest rank), in milliseconds;
   * `null` when there are none.
   */
  quantile(part: number): number | null {
    let left = Math.max(1, Math.ceil(part * this.#total));
    for (let at = 0; at < this.#pairs.length; at += 2) {
      left -= this.#pairs[at + 1];
      if (left <= 0) return middleOf(this.#pairs[at]);
    }
    const counts = this.#counts ?? [];
    for (let bucket = 0; bucket < counts.length; bucket++) {
      left -= counts[bucket];
      if (left <= 0) return middleOf(bucket);
    }
    return null;
  }

  /** The buckets that have any, the shortest durations first, with their counts. */
  buckets(): [bucket: number, times: number][] {
    const buckets: [number, number][] = [];
    for (let at = 0; at < this.#pairs.length; at += 2) {
      buckets.push([this.#pairs[at], this.#pairs[at + 1]]);
    }
    for (const [bucket, times] of this.#counts?.entries() ?? []) {
      if (times > 0) buckets.push([bucket, times]);
    }
    return buckets;
  }

  /** Another one that counted the same. */
  copy(): LatencySketch {
    const copy = new LatencySketch();
    copy.#pairs = [...this.#pairs];
    copy.#counts = this.#counts?.slice() ?? null;
    copy.#end = this.#end;
    copy.#size = this.#size;
    copy.#total = this.#total;
    return copy;
  }

  /** The sketch that has these buckets. */
  static of(buckets: Iterable<readonly [bucket: number, times: number]>): LatencySketch {
    const sketch = new LatencySketch();
    for (const [bucket, times] of buckets) sketch.addTo(bucket, times);
    return sketch;
  }

  /**
   * The sketch of a row of numbers from a place on: each bucket as its distance from the one
   * before, and its count. Throws for what is none.
   */
  static ofDistances(row: readonly number[], start: number): LatencySketch {
    const sketch = new LatencySketch();
    const pairs = row.slice(start);
    let bucket = 0;
    for (let at = 0; at < pairs.length; at += 2) {
      if (at > 0 && !(pairs[at] > 0)) throw new TypeError("No sketch: it has a bucket twice");
      bucket += pairs[at];
      pairs[at] = bucket;
      sketch.#total += pairs[at + 1];
    }
    if (!(bucket <= LAST_BUCKET)) throw new TypeError(`No bucket of a sketch: ${bucket}`);
    sketch.#pairs = pairs;
    sketch.#end = pairs.length > 0 ? bucket + 1 : 0;
    sketch.#size = pairs.length / 2;
    return sketch;
  }

  /** Counts durations of a bucket that {@linkcode buckets} gave. */
  addTo(bucket: number, times: number): void {
    this.#total += times;
    if (bucket >= this.#end) this.#end = bucket + 1;
    if (this.#counts !== null) {
      if (this.#counts[bucket] === 0) this.#size++;
      this.#counts[bucket] += times;
      return;
    }

    const pairs = this.#pairs;
    let at = pairs.length;
    while (at > 0 && pairs[at - 2] >= bucket) at -= 2;
    if (pairs[at] === bucket) {
      pairs[at + 1] += times;
      return;
    }
    this.#size++;
    if (at === pairs.length) pairs.push(bucket, times);
    else pairs.splice(at, 0, bucket, times);
    if (this.#size > MOST_PAIRS) this.#spread();
  }

  #spread(): void {
    const counts = new Uint32Array(LAST_BUCKET + 1);
    for (let at = 0; at < this.#pairs.length; at += 2) {
      counts[this.#pairs[at]] = this.#pairs[at + 1];
    }
    this.#counts = counts;
    this.#pairs = [];
  }
}

function bucketOf(durationMs: number): number {
  // Also for what is no duration.
  if (!(durationMs >= SHORTEST_MS)) return 0;
  return Math.min(bucketAbove(durationMs), LAST_BUCKET);
}

function bucketAbove(durationMs: number): number {
  return 1 + Math.ceil(Math.log(durationMs / SHORTEST_MS) / LOG_GROWTH);
}

/** The duration from which no other one in the bucket is further away, in proportion. */
function middleOf(bucket: number): number {
  if (bucket === 0) return 0;
  return SHORTEST_MS * GROWTH ** (bucket - 1) * 2 / (1 + GROWTH);
}
