import type { WorkspaceId } from "../ids.ts";
import { keys } from "../kv/keys.ts";
import { getAll } from "../kv/records.ts";

/** Tells whether something was recorded since, without reading any of it. */
export class CallBellStore {
  readonly #kv: Deno.Kv;

  constructor(kv: Deno.Kv) {
    this.#kv = kv;
  }

  /** The commit that recorded something last in each of these workspaces; `null` for none. */
  async read(workspaceIds: readonly WorkspaceId[]): Promise<(string | null)[]> {
    const entries = await getAll(this.#kv, workspaceIds.map((id) => keys.callsBell(id)));
    return entries.map(({ versionstamp }) => versionstamp);
  }

  /** The commit that recorded something last in any workspace; `null` for none. */
  async readAny(): Promise<string | null> {
    return (await this.#kv.get(keys.anyCallsBell)).versionstamp;
  }
}
