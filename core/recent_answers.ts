import { Breather, inBackground } from "./breather.ts";
import { pause } from "./pause.ts";

/** An answer is given again for so many times as long as it took to make. */
const TIMES_AS_LONG = 20;

/** However long it took, for no shorter and no longer than this. */
const SHORTEST_MS = 5_000;
const LONGEST_MS = 60_000;

/** An older one is not given while a new one is made, either. */
const OLDEST_MS = 15 * 60_000;

/** The most answers that are kept. */
const MAX_ANSWERS = 50;

/** So many are made at once: whoever asks for one more is told to come again. */
const MAX_MAKING = 2;

/** Making an answer that is known to take long begins when whoever asked has a page. */
const LATER_MS = 100;

/** How long pages wait. */
export const PATIENCE_MS = 25;

/** All answers of a process rest together. */
const BREATHER = new Breather();

/** What is given to who asks. */
export interface Given<Answer> {
  answer: Answer;
  /** Whether a newer one is made meanwhile. */
  isOld: boolean;
}

/** An answer, and how it was made. */
interface Answered<Answer> {
  answer: Answer;
  endMs: number;
  tookMs: number;
}

/** What became of making an answer. */
type Made<Answer> = Answered<Answer> | { error: unknown };

/** A question: its last answer, and the next one while it is made. */
interface Kept<Answer> {
  made: Made<Answer> | null;
  making: Promise<void> | null;
}

interface Deps {
  now: () => Date;
  /** How long who asks waits for an answer of now; `null` for as long as it takes. */
  patienceMs: number | null;
}

/**
 * Gives answers that take long to make, so that nobody waits for them.
 *
 * Who asks gets an answer of now when it can be made within a moment, else the last one that was
 * made, else none yet. An answer that took longer than a moment is given again for a while, so
 * that however often somebody asks, making it takes a twentieth of the time at most. It has to
 * say of which time it is.
 */
export class RecentAnswers<Answer> {
  readonly #deps: Deps;
  /** Those that were asked for last are at the end. */
  readonly #kept = new Map<string, Kept<Answer>>();
  readonly #closing = new AbortController();
  #making = 0;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /**
   * The answer to this question; `null` while the first one is made. Throws what making it threw,
   * also if that was after the last one who asked had gone.
   */
  async get(question: string, make: () => Promise<Answer>): Promise<Given<Answer> | null> {
    const kept = this.#find(question);
    const last = this.#answerOf(kept);
    if (last !== null && this.#nowMs() < freshUntil(last)) return given(last, false);

    const isSlow = last !== null && this.#isSlow(last);
    this.#begin(kept, make, isSlow ? LATER_MS : 0);
    const making = kept.making;
    if (making !== null && !isSlow) await this.#patiently(making);
    if (making === null || kept.making === making) return last && given(last, true);

    const { made } = kept;
    // Only what took long is kept.
    const isKept = made !== null && "answer" in made && this.#isSlow(made);
    if (!isKept && this.#kept.get(question) === kept) this.#kept.delete(question);
    if (made !== null && "error" in made) throw made.error;
    return made && given(made, false);
  }

  /** Resolves when no answer is being made. Never rejects. */
  async settled(): Promise<void> {
    for (;;) {
      const making = [...this.#kept.values()].flatMap(({ making }) => making ?? []);
      if (making.length === 0) return;
      await Promise.all(making);
    }
  }

  /** Begins no more answers. */
  close(): void {
    this.#closing.abort();
  }

  #find(question: string): Kept<Answer> {
    const kept = this.#kept.get(question) ?? { made: null, making: null };
    this.#kept.delete(question);
    this.#kept.set(question, kept);
    for (const [oldest, { making }] of this.#kept) {
      if (this.#kept.size <= MAX_ANSWERS) break;
      if (making === null && oldest !== question) this.#kept.delete(oldest);
    }
    return kept;
  }

  /** What may be given again; throws what making it threw, once. */
  #answerOf(kept: Kept<Answer>): Answered<Answer> | null {
    const { made } = kept;
    if (made === null) return null;
    if ("error" in made) {
      kept.made = null;
      throw made.error;
    }
    return this.#nowMs() < made.endMs + OLDEST_MS ? made : null;
  }

  #begin(kept: Kept<Answer>, make: () => Promise<Answer>, waitMs: number): void {
    const hasRoom = this.#deps.patienceMs === null || this.#making < MAX_MAKING;
    if (kept.making === null && hasRoom) kept.making = this.#make(kept, make, waitMs);
  }

  async #make(kept: Kept<Answer>, make: () => Promise<Answer>, waitMs: number): Promise<void> {
    const { patienceMs } = this.#deps;
    this.#making++;
    try {
      // Not in the turn of who asks, who has to know of it first.
      await pause(waitMs, this.#closing.signal);
      if (this.#closing.signal.aborted) return;
      const beginMs = this.#nowMs();
      const answer = await (patienceMs === null ? make() : inBackground(BREATHER, make));
      const endMs = this.#nowMs();
      kept.made = { answer, endMs, tookMs: endMs - beginMs };
    } catch (error) {
      kept.made = { error };
    } finally {
      this.#making--;
      kept.making = null;
    }
  }

  /** Waits until an answer is made, for as long as who asks does. */
  async #patiently(making: Promise<void>): Promise<void> {
    const { patienceMs } = this.#deps;
    if (patienceMs === null) return await making;
    const over = new AbortController();
    await Promise.race([making, pause(patienceMs, over.signal)]);
    over.abort();
  }

  #isSlow({ tookMs }: Answered<Answer>): boolean {
    const { patienceMs } = this.#deps;
    return patienceMs !== null && tookMs > patienceMs;
  }

  #nowMs(): number {
    return this.#deps.now().getTime();
  }
}

function given<Answer>({ answer }: Answered<Answer>, isOld: boolean): Given<Answer> {
  return { answer, isOld };
}

function freshUntil({ endMs, tookMs }: Answered<unknown>): number {
  return endMs + Math.min(Math.max(TIMES_AS_LONG * tookMs, SHORTEST_MS), LONGEST_MS);
}
