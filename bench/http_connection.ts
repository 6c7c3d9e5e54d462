/** One answer, as far as a load generator looks at it. */
export interface Answer {
  status: number;
  bodyBytes: number;
  /** The body, when it was asked for. */
  body: string | null;
}

const BUFFER_BYTES = 256 * 1024;
const CR = 13;
const LF = 10;

/**
 * One keep-alive HTTP/1.1 connection that sends one request after the other.
 *
 * It exists because it must cost less than what it measures: `fetch` does not.
 */
export class HttpConnection {
  #conn: Deno.TcpConn;
  #buffer = new Uint8Array(BUFFER_BYTES);
  #start = 0;
  #end = 0;
  #kept: Uint8Array[] | null = null;
  readonly #decoder = new TextDecoder();

  private constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
  }

  static async open(url: URL): Promise<HttpConnection> {
    const conn = await Deno.connect({ hostname: url.hostname, port: Number(url.port) });
    conn.setNoDelay(true);
    return new HttpConnection(conn);
  }

  /** Sends a request made by {@linkcode requestBytes} and reads its answer to the end. */
  async exchange(request: Uint8Array, keepBody = false): Promise<Answer> {
    for (let sent = 0; sent < request.length;) {
      sent += await this.#conn.write(request.subarray(sent));
    }

    this.#kept = keepBody ? [] : null;
    const head = (await this.#readHead()).toLowerCase();
    const status = Number(head.slice(9, 12));
    const length = /\r\ncontent-length: *(\d+)/.exec(head)?.[1];
    const bodyBytes = length === undefined
      ? await this.#readChunks(head)
      : await this.#take(Number(length));

    return { status, bodyBytes, body: keepBody ? this.#keptText() : null };
  }

  close(): void {
    this.#conn.close();
  }

  async #readHead(): Promise<string> {
    for (let at = this.#start;;) {
      for (; at + 3 < this.#end; at++) {
        if (this.#buffer[at] !== CR || this.#buffer[at + 2] !== CR) continue;
        if (this.#buffer[at + 1] !== LF || this.#buffer[at + 3] !== LF) continue;
        const head = this.#decoder.decode(this.#buffer.subarray(this.#start, at));
        this.#start = at + 4;
        return head;
      }
      const moved = this.#start;
      await this.#fill();
      at -= moved - this.#start;
    }
  }

  async #readChunks(head: string): Promise<number> {
    if (!head.includes("\r\ntransfer-encoding: chunked")) return 0;

    for (let total = 0;;) {
      const size = parseInt(await this.#readLine(), 16);
      if (Number.isNaN(size)) throw new Error("Cannot read answer: a chunk has no size");
      total += await this.#take(size);
      await this.#readLine();
      if (size === 0) return total;
    }
  }

  async #readLine(): Promise<string> {
    for (;;) {
      const end = this.#buffer.subarray(0, this.#end).indexOf(LF, this.#start);
      if (end >= 0) {
        const line = this.#decoder.decode(this.#buffer.subarray(this.#start, end - 1));
        this.#start = end + 1;
        return line;
      }
      await this.#fill();
    }
  }

  async #take(length: number): Promise<number> {
    for (let left = length; left > 0;) {
      if (this.#start === this.#end) await this.#fill();
      const part = Math.min(left, this.#end - this.#start);
      this.#kept?.push(this.#buffer.slice(this.#start, this.#start + part));
      this.#start += part;
      left -= part;
    }
    return length;
  }

  /** Reads more, moving what is left to the front when the room runs out. */
  async #fill(): Promise<void> {
    if (this.#start === this.#end) {
      this.#start = this.#end = 0;
    } else if (this.#end === this.#buffer.length) {
      this.#buffer.copyWithin(0, this.#start, this.#end);
      this.#end -= this.#start;
      this.#start = 0;
    }
    const count = await this.#conn.read(this.#buffer.subarray(this.#end));
    if (count === null) throw new Error("Cannot read answer: the connection was closed");
    this.#end += count;
  }

  #keptText(): string {
    return (this.#kept ?? []).map((part) => this.#decoder.decode(part, { stream: true })).join("") +
      this.#decoder.decode();
  }
}

/** A whole POST request, ready to be sent any number of times. */
export function requestBytes(
  url: URL,
  headers: Record<string, string>,
  body: string,
): Uint8Array {
  const content = new TextEncoder().encode(body);
  const lines = [
    `POST ${url.pathname} HTTP/1.1`,
    `host: ${url.host}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    `content-length: ${content.length}`,
  ];
  const head = new TextEncoder().encode(lines.join("\r\n") + "\r\n\r\n");
  const bytes = new Uint8Array(head.length + content.length);
  bytes.set(head);
  bytes.set(content, head.length);
  return bytes;
}
