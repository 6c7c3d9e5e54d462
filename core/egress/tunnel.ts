/** What is read at once of either side; a connection that waits holds as much of each. */
const FROM_SERVER_BYTES = 32 * 1024;
const FROM_CLIENT_BYTES = 8 * 1024;

/**
 * Passes bytes between two connections until both sides are done, or one breaks; then both
 * are closed. Neither side is read faster than the other takes it.
 */
export async function tunnel(client: Deno.Conn, server: Deno.Conn): Promise<void> {
  try {
    await Promise.all([
      pass(client, server, FROM_CLIENT_BYTES),
      pass(server, client, FROM_SERVER_BYTES),
    ]);
  } catch {
    // A side that broke: the other one is told by the end of its connection.
  } finally {
    closeQuietly(client);
    closeQuietly(server);
  }
}

async function pass(from: Deno.Conn, to: Deno.Conn, sizeBytes: number): Promise<void> {
  const buffer = new Uint8Array(sizeBytes);
  for (let n = await from.read(buffer); n !== null; n = await from.read(buffer)) {
    await writeAll(to, buffer.subarray(0, n));
  }
  await to.closeWrite();
}

/** Writes all of it, however much the system takes at once. */
export async function writeAll(to: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; at += await to.write(bytes.subarray(at)));
}

/** Closes a connection that may be closed already. */
export function closeQuietly(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // It is closed.
  }
}
