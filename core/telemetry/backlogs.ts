import type { SinkId, WebhookId } from "../ids.ts";
import { behindSeconds } from "../sinks/view_sink.ts";
import type { SinkState } from "../sinks/sink_progress.ts";
import type { Metrics, Sample } from "./metrics.ts";

/** Where backlogs are found: in the store, the same for every process. */
export interface BacklogSources {
  sinks: { list(): Promise<{ id: SinkId; name: string }[]> };
  sinkProgress: { state(id: SinkId): Promise<SinkState | null> };
  webhooks: { list(): Promise<{ id: WebhookId; name: string }[]> };
  deliveries: {
    pending(id: WebhookId): Promise<number>;
    countDead(id: WebhookId): Promise<number>;
  };
  rollLag: { seconds(): Promise<number> };
  now: () => Date;
}

interface Found {
  behind: readonly Sample[];
  pending: readonly Sample[];
  dead: readonly Sample[];
  lag: readonly Sample[];
}

/** How long what was found stands. */
const STANDS_MS = 10_000;

/**
 * How much of the log has not been sent to sinks and webhooks and not been added up, as metrics.
 *
 * Whoever reads the metrics gets what was found last, and has it looked up anew when that is
 * ten seconds old: reading never waits for the store, and costs it little however often.
 */
export class Backlogs {
  readonly #sources: BacklogSources;
  readonly #elapsedMs: () => number;
  #found: Found = { behind: [], pending: [], dead: [], lag: [] };
  #lookedMs = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | null = null;
  #isClosed = false;

  constructor(metrics: Metrics, sources: BacklogSources, elapsedMs = () => performance.now()) {
    this.#sources = sources;
    this.#elapsedMs = elapsedMs;
    metrics.gauge({
      name: "aerostack.sink.behind",
      unit: "s",
      help: "Age of the oldest record that a sink has not got, in all processes.",
      labels: ["aerostack.sink"],
    }, () => this.#latest().behind);
    metrics.gauge({
      name: "aerostack.webhook.pending",
      unit: "{delivery}",
      help: "Deliveries of a webhook that are still tried, in all processes.",
      labels: ["aerostack.webhook"],
    }, () => this.#latest().pending);
    metrics.gauge({
      name: "aerostack.webhook.dead",
      unit: "{delivery}",
      help: "Deliveries of a webhook that were given up, in all processes; counted to 100.",
      labels: ["aerostack.webhook"],
    }, () => this.#latest().dead);
    metrics.gauge({
      name: "aerostack.rollups.behind",
      unit: "s",
      help: "Age of the oldest call that is not added up yet, in all processes.",
    }, () => this.#latest().lag);
  }

  /** Resolves when what is being looked up is there. Never rejects. */
  async settled(): Promise<void> {
    await this.#looking;
  }

  /** Looks up nothing more. Close the store after this. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#looking;
  }

  #latest(): Found {
    const isOld = this.#elapsedMs() - this.#lookedMs >= STANDS_MS;
    if (isOld && !this.#isClosed) {
      this.#looking ??= this.#look().finally(() => {
        this.#looking = null;
        this.#lookedMs = this.#elapsedMs();
      });
    }
    return this.#found;
  }

  async #look(): Promise<void> {
    await Promise.all([
      this.#note(() => this.#sinks()),
      this.#note(() => this.#webhooks()),
      this.#note(async () => ({
        lag: [{ labels: {}, value: await this.#sources.rollLag.seconds() }],
      })),
    ]);
  }

  /** What cannot be read now is read the next time, and keeps nothing else from being told. */
  async #note(find: () => Promise<Partial<Found>>): Promise<void> {
    const found = await find().catch(() => ({}));
    this.#found = { ...this.#found, ...found };
  }

  async #sinks(): Promise<Pick<Found, "behind">> {
    const { sinks, sinkProgress, now } = this.#sources;
    const behind = await Promise.all((await sinks.list()).map(async ({ id, name }) => {
      const state = await sinkProgress.state(id);
      return sample("aerostack.sink", name, state === null ? 0 : behindSeconds(state, now()));
    }));
    return { behind };
  }

  async #webhooks(): Promise<Pick<Found, "pending" | "dead">> {
    const { webhooks, deliveries } = this.#sources;
    const all = await webhooks.list();
    const [pending, dead] = await Promise.all(
      (["pending", "countDead"] as const).map((count) =>
        Promise.all(all.map(async ({ id, name }) => {
          return sample("aerostack.webhook", name, await deliveries[count](id));
        }))
      ),
    );
    return { pending, dead };
  }
}

function sample(label: string, name: string, value: number): Sample {
  return { labels: { [label]: name }, value };
}
