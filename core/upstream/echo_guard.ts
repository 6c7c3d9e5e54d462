import { Buffer } from "node:buffer";
import { GatewayError } from "../errors.ts";
import type { EchoPlace } from "../events/event.ts";
import type { ByteReader } from "../mcp/byte_reader.ts";
import type { EchoAutomaton } from "../secrets/echo_automaton.ts";
import type { Needle } from "../secrets/echo_forms.ts";
import { LeakScanner } from "../secrets/leak_scanner.ts";
import { automatonFor } from "./searched_values.ts";
import type { Target } from "./upstream.ts";

/** What a server is asked in an exchange. */
export interface ExchangeSubject {
  method: string;
  /** The tool, prompt or resource, by its name at its server. */
  item: string | null;
}

/** A value that a server sent back: which, how, and in which part of its answer. */
export interface Sighting extends Pick<Needle, "name" | "form"> {
  place: EchoPlace;
}

/** Told of values that servers send back. */
export interface LeakWatch {
  /** Resolves when an admin will see it; the answer waits for that. */
  seen(target: Target, sighting: Sighting, subject: ExchangeSubject | null): Promise<void>;
}

/** Who is asked, what, and who is told of values in the answer. */
export interface GuardOptions {
  target: Target;
  watch: LeakWatch;
  /** What the exchange is about at the moment of asking. */
  subject: () => ExchangeSubject | null;
}

/** Takes the values that a server was given out of what it sends back. */
export class EchoGuard {
  readonly #automaton: EchoAutomaton;
  readonly #options: GuardOptions;

  private constructor(automaton: EchoAutomaton, options: GuardOptions) {
    this.#automaton = automaton;
    this.#options = options;
  }

  /** The guard of one exchange; `null` when its server is given nothing to look for. */
  static of(options: GuardOptions): EchoGuard | null {
    const automaton = automatonFor(options.target);
    return automaton === null ? null : new EchoGuard(automaton, options);
  }

  /** Looks through all headers, and says whether any has a value. */
  async inspect(headers: Headers): Promise<boolean> {
    let all = "";
    for (const [, value] of headers) all += `${value}\0`;
    const found = new Set<Needle>();
    this.#scan(all, found);
    const hasEcho = found.size > 0;
    await this.#report(found, "header");
    return hasEcho;
  }

  /** A header's text without values. */
  scrub(text: string): string {
    return this.#scan(text, new Set());
  }

  /** A whole body without values; resolves when what is found is on the record. */
  async scrubBody(body: Uint8Array, isEventStream: boolean): Promise<Uint8Array[]> {
    const found = new Set<Needle>();
    const scanner = this.#scanner(isEventStream, found);
    const parts = [scanner.push(body), scanner.end()];
    await this.#report(found, "body");
    return parts;
  }

  /** A body without values; whoever reads it waits until what is found is on the record. */
  reader(body: ByteReader, isEventStream: boolean): ByteReader {
    const found = new Set<Needle>();
    const scanner = this.#scanner(isEventStream, found);
    let isOver = false;

    return {
      cancel: (reason) => body.cancel(reason),
      read: async () => {
        while (!isOver) {
          const { done, value } = await body.read();
          isOver = done;
          const clean = done ? scanner.end() : scanner.push(value);
          await this.#report(found, "body");
          if (clean.length > 0) return { done: false, value: clean };
        }
        return { done: true, value: undefined };
      },
    };
  }

  #scanner(isEventStream: boolean, found: Set<Needle>): LeakScanner {
    const onFound = (needle: Needle) => void found.add(needle);
    return new LeakScanner(this.#automaton, { isEventStream, onFound });
  }

  #scan(text: string, found: Set<Needle>): string {
    const scanner = this.#scanner(false, found);
    const clean = Buffer.from(scanner.push(Buffer.from(text, "latin1")));
    return Buffer.concat([clean, scanner.end()]).toString("latin1");
  }

  /** Puts what was found on the record, of which none is left then. Throws `internal`. */
  async #report(found: Set<Needle>, place: EchoPlace): Promise<void> {
    if (found.size === 0) return;
    const { watch, target, subject } = this.#options;
    const about = subject();
    const sightings = new Map<string, Sighting>();
    for (const { name, form } of found) sightings.set(`${name} ${form}`, { name, form, place });
    found.clear();
    try {
      for (const sighting of sightings.values()) await watch.seen(target, sighting, about);
    } catch (cause) {
      // Whose answer it was has nothing to do with it, so it is not held against the server.
      throw new GatewayError("internal", "A leak could not be put on the record", { cause });
    }
  }
}
