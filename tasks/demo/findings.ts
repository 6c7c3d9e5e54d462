/** Something that can tell what it printed last. */
interface Speaker {
  lastWords(): string;
}

/** What the demo checked, as it goes along. */
export class Findings {
  #held = 0;
  #failures: string[] = [];
  #lastWords = "";

  /** Whether nothing failed so far. */
  get allHeld(): boolean {
    return this.#failures.length === 0;
  }

  /** Says whether something holds that the demo promises. */
  check(what: string, holds: boolean): void {
    console.log(`  ${holds ? "✔" : "✘"} ${what}`);
    if (holds) this.#held++;
    else this.#failures.push(what);
  }

  /** Takes down why the tour could not go on, with what the servers said last. */
  failed(error: unknown, speaker?: Speaker): void {
    this.#failures.push(error instanceof Error ? error.message : String(error));
    if (speaker !== undefined) this.#lastWords = `${speaker.lastWords()}\n`;
  }

  /** The last line: how many checks held, or what failed. */
  conclude(): void {
    if (this.allHeld) return console.log(`\nAll ${this.#held} checks held.`);
    console.error(`\n${this.#lastWords}Failed: ${this.#failures.join("; ")}`);
  }
}
