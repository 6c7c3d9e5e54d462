import { HttpConnection, requestBytes } from "./http_connection.ts";
import { callHeaders, callMessage, type Era, openSession, type Target } from "./protocol.ts";

/** What one round at one target gave. */
export interface Round {
  requests: number;
  elapsedMs: number;
  latenciesMs: number[];
}

/** How much an answer may be longer than the text in it. */
const ENVELOPE_BYTES = 4096;

/** Connections to one target, kept from round to round. */
export class Load implements Disposable {
  #connections: HttpConnection[] = [];
  #requests: Uint8Array[] = [];
  #sizeBytes: number;
  #name: string;

  private constructor(name: string, sizeBytes: number) {
    this.#name = name;
    this.#sizeBytes = sizeBytes;
  }

  /** Connects, each connection a client of its own, and looks once at a whole answer. */
  static async open(
    target: Target,
    era: Era,
    sizeBytes: number,
    connections: number,
  ): Promise<Load> {
    const load = new Load(`${target.name} (${era}, ${sizeBytes} bytes)`, sizeBytes);

    for (let id = 1; id <= connections; id++) {
      const headers = callHeaders(target, era, await openSession(target, era));
      const body = callMessage(target, era, id, sizeBytes);
      load.#requests.push(requestBytes(target.url, headers, body));
      load.#connections.push(await HttpConnection.open(target.url));
    }

    await load.#inspect(0);
    return load;
  }

  /** Sends as many requests as come back within `ms`; throws on a wrong answer. */
  async run(ms: number): Promise<Round> {
    const latenciesMs: number[] = [];
    const begin = performance.now();
    const end = begin + ms;

    await Promise.all(this.#connections.map(async (connection, i) => {
      const request = this.#requests[i] ?? new Uint8Array();
      for (let sent = performance.now(); sent < end;) {
        const { status, bodyBytes } = await connection.exchange(request);
        const now = performance.now();
        this.#check(status, bodyBytes);
        latenciesMs.push(now - sent);
        sent = now;
      }
    }));

    return { requests: latenciesMs.length, elapsedMs: performance.now() - begin, latenciesMs };
  }

  [Symbol.dispose](): void {
    for (const connection of this.#connections) connection.close();
  }

  #check(status: number, bodyBytes: number): void {
    const over = bodyBytes - this.#sizeBytes;
    if (status === 200 && over >= 0 && over <= ENVELOPE_BYTES) return;
    throw new Error(`${this.#name} answered ${status} with ${bodyBytes} bytes`);
  }

  async #inspect(i: number): Promise<void> {
    const connection = this.#connections[i];
    const request = this.#requests[i];
    if (connection === undefined || request === undefined) return;

    const { status, body, bodyBytes } = await connection.exchange(request, true);
    const data = /^data: ?(\{.*)$/m.exec(body ?? "")?.[1] ?? body ?? "";
    const message = data.startsWith("{") ? JSON.parse(data) : null;
    const text = message?.result?.content?.[0]?.text;

    if (message?.id !== i + 1 || text?.length !== this.#sizeBytes) {
      throw new Error(`${this.#name} answered ${status}: ${body?.slice(0, 500)}`);
    }
    this.#check(status, bodyBytes);
  }
}
