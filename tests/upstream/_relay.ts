/** A way to a server over TCP that a test can cut. */
export interface Relay extends AsyncDisposable {
  readonly url: string;
  /** Cuts every connection, before its answer. */
  cut(): void;
  /** Cuts every connection once something of an answer has passed. */
  cutInAnswer(): void;
}

/**
 * Opens a way to the server at this URL.
 *
 * `Deno.serve` lets nobody cut one connection, and `node:http` on Deno 2.5 does not either.
 */
export function openRelay(to: string): Relay {
  const { hostname, port, pathname } = new URL(to);
  const listener = Deno.listen({ hostname, port: 0 });
  const ways = new Set<{ front: Deno.Conn; back: Deno.Conn }>();
  let isLast = false;

  function cut(): void {
    for (const { front, back } of ways) {
      front.close();
      back.close();
    }
    ways.clear();
  }

  async function serve(front: Deno.Conn): Promise<void> {
    const back = await Deno.connect({ hostname, port: Number(port) });
    const way = { front, back };
    ways.add(way);
    await Promise.all([pass(front, back), pass(back, front, () => isLast && cutNow())])
      .catch(() => {});
    if (!ways.delete(way)) return;
    front.close();
    back.close();
  }

  function cutNow(): void {
    isLast = false;
    cut();
  }

  async function accept(): Promise<void> {
    for await (const front of listener) void serve(front);
  }
  const accepting = accept();

  return {
    url: `http://${hostname}:${listener.addr.port}${pathname}`,
    cut,
    cutInAnswer: () => void (isLast = true),
    async [Symbol.asyncDispose]() {
      listener.close();
      cut();
      await accepting;
    },
  };
}

async function pass(from: Deno.Conn, to: Deno.Conn, onPassed = () => {}): Promise<void> {
  const buffer = new Uint8Array(16_384);
  while (true) {
    const size = await from.read(buffer);
    if (size === null) return to.closeWrite?.();
    await writeAll(to, buffer.subarray(0, size));
    onPassed();
  }
}

async function writeAll(to: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await to.write(bytes.subarray(at));
}
