/** The store as the services use it. */
export interface Store {
  /** Everything is read and written through this handle. */
  kv: Deno.Kv;
  /**
   * A handle for the one read of every call. Reads of an embedded store wait
   * behind the writes of their own handle, so this one never writes.
   */
  epochKv: Deno.Kv;
  /** Path of the embedded file; `null` for memory, remote and hosted stores. */
  filePath: string | null;
  close(): void;
}

/**
 * Opens the store.
 *
 * `location` is a file path, `:memory:`, the URL of a remote KV, or `undefined`
 * for the store that the hosting platform provides.
 */
export async function openStore(location: string | undefined): Promise<Store> {
  const kv = await Deno.openKv(location);
  const isFile = location !== undefined && location !== ":memory:" &&
    !/^https?:/.test(location);
  const epochKv = isFile ? await Deno.openKv(location) : kv;

  return {
    kv,
    epochKv,
    filePath: isFile ? location : null,
    close() {
      kv.close();
      if (epochKv !== kv) epochKv.close();
    },
  };
}
