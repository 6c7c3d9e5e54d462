import { join } from "node:path";
import { openStore, type Store } from "../../core/kv/open_store.ts";

/** An embedded store in a folder of its own, gone when it goes out of scope. */
export interface TempStore extends Disposable {
  readonly store: Store;
  /** The file, for a second process. */
  readonly path: string;
  /** Closes the store and opens it again, as a restarted process would. */
  reopen(): Promise<Store>;
}

/** Opens a new embedded store. */
export async function tempStore(): Promise<TempStore> {
  const folder = await Deno.makeTempDir({ prefix: "aerostack_store_" });
  const path = join(folder, "kv.sqlite3");
  let store = await openStore(path);

  return {
    get store() {
      return store;
    },
    path,
    async reopen() {
      store.close();
      store = await openStore(path);
      return store;
    },
    [Symbol.dispose]() {
      store.close();
      Deno.removeSync(folder, { recursive: true });
    },
  };
}
