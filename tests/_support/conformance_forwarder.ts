/** A door before a server that adds a bearer token, for clients that have nowhere to put it. */
export interface Forwarder extends AsyncDisposable {
  readonly origin: string;
  /** The token for requests that come without one. */
  bearer: string | null;
}

const MAX_HEAD_BYTES = 64 * 1024;

/**
 * Forwards connections to a port of loopback.
 *
 * Only heads are touched, and there only the token and `Connection`: `Host` and `Origin`
 * arrive as they were sent, and either side sees the other one leave.
 */
export function startForwarder(port: number): Forwarder {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open = new Set<Deno.Conn>();
  const forwarder: Forwarder = {
    origin: `http://127.0.0.1:${listener.addr.port}`,
    bearer: null,
    [Symbol.asyncDispose]() {
      listener.close();
      for (const connection of open) end(connection);
      return Promise.resolve();
    },
  };

  async function serve(client: Deno.Conn): Promise<void> {
    const head = await readHead(client);
    if (head === null) return end(client);
    const server = await Deno.connect({ hostname: "127.0.0.1", port });
    open.add(server);

    await server.write(withHeaders(head, authorization(head, forwarder.bearer)));
    await Promise.all([pass(client, server), passAnswer(server, client)]);
    for (const connection of [client, server]) open.delete(connection);
  }

  void (async () => {
    for await (const client of listener) {
      open.add(client);
      void serve(client).catch(() => end(client));
    }
  })();
  return forwarder;
}

/** Everything up to the empty line, and what came with it. */
async function readHead(from: Deno.Conn): Promise<string | null> {
  let head = "";
  const chunk = new Uint8Array(16 * 1024);
  while (!head.includes("\r\n\r\n") && head.length < MAX_HEAD_BYTES) {
    const size = await from.read(chunk);
    if (size === null) return null;
    for (const byte of chunk.subarray(0, size)) head += String.fromCharCode(byte);
  }
  return head;
}

function authorization(head: string, bearer: string | null): string[] {
  const isMissing = bearer !== null && !/^authorization:/im.test(head);
  return isMissing ? [`Authorization: Bearer ${bearer}`] : [];
}

/** The same head with these lines. Each connection carries one request, so that none is missed. */
function withHeaders(received: string, added: readonly string[]): Uint8Array<ArrayBuffer> {
  const end = received.indexOf("\r\n\r\n");
  const lines = received.slice(0, end).split("\r\n")
    .filter((line) => !/^connection:/i.test(line));

  const text = [...lines, "Connection: close", ...added].join("\r\n") + received.slice(end);
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** A server may say that it keeps a connection which it was asked to close. */
async function passAnswer(server: Deno.Conn, client: Deno.Conn): Promise<void> {
  const head = await readHead(server).catch(() => null);
  if (head !== null) await client.write(withHeaders(head, [])).catch(() => {});
  await pass(server, client);
}

async function pass(from: Deno.Conn, to: Deno.Conn): Promise<void> {
  await from.readable.pipeTo(to.writable).catch(() => {});
  end(from);
  end(to);
}

function end(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // The other direction was first.
  }
}
