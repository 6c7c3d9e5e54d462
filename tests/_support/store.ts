import { openStore, type Store } from "../../core/kv/open_store.ts";

/** A store in memory, gone when it goes out of scope. */
export type MemoryStore = Store & Disposable;

/** Opens an empty store in memory. */
export async function memoryStore(): Promise<MemoryStore> {
  const store = await openStore(":memory:");
  return { ...store, [Symbol.dispose]: () => store.close() };
}
