import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";

/** What an editor is given: an address and a person's token, nothing else. */
export interface Membership {
  url: string;
  token: string;
}

/** A member's MCP client, which keeps all that it was ever answered. */
export class Member {
  readonly #client = new Client(
    { name: "aerostack-demo", version: "1.0.0" },
    { versionNegotiation: { mode: "auto" } },
  );
  #received = "";
  /** Status of the latest answer. */
  lastStatus: number | null = null;

  /** Connects as an editor does. */
  static async connect({ url, token }: Membership): Promise<Member> {
    const member = new Member();
    await member.#client.connect(
      new StreamableHTTPClientTransport(new URL(url), {
        requestInit: { headers: { authorization: `Bearer ${token}` } },
        fetch: (input, init) => member.#fetch(input, init),
      }),
    );
    return member;
  }

  async toolNames(): Promise<string[]> {
    return (await this.#client.listTools()).tools.map(({ name }) => name);
  }

  call(name: string, args: Record<string, unknown>) {
    return this.#client.callTool({ name, arguments: args });
  }

  /** Every header and body that it was answered with so far. */
  get received(): string {
    return this.#received;
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  async #fetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    const response = await fetch(input, init);
    this.lastStatus = response.status;
    this.#received += JSON.stringify([...response.headers]);
    if (response.body === null) return response;

    const decoder = new TextDecoder();
    const body = response.body.pipeThrough(
      new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
        transform: (bytes, controller) => {
          this.#received += decoder.decode(bytes, { stream: true });
          controller.enqueue(bytes);
        },
      }),
    );
    return new Response(body, response);
  }
}
