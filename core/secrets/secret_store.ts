import type { ServerId } from "../ids.ts";
import { commitWithRetry } from "../kv/commit.ts";
import { touchWorkspaces } from "../kv/epochs.ts";
import { keys, prefixes } from "../kv/keys.ts";
import { holdOwner, listRecords, parseEntry } from "../kv/records.ts";
import { listWorkspacesOf } from "../workspaces/install_store.ts";
import { SealedSecret, SecretName } from "./secret.ts";

/** Keeps sealed secrets. */
export class SecretStore {
  readonly #kv: Deno.Kv;

  constructor(kv: Deno.Kv) {
    this.#kv = kv;
  }

  /** The secrets of a server, by name; at most 20. */
  list(serverId: ServerId): Promise<SealedSecret[]> {
    return listRecords(this.#kv, SealedSecret, prefixes.secrets(serverId));
  }

  /** One secret of a server, or `null`. */
  async get(serverId: ServerId, name: string): Promise<SealedSecret | null> {
    if (!SecretName.safeParse(name).success) return null;
    return parseEntry(
      SealedSecret,
      await this.#kv.get(keys.secret(serverId, name)),
    );
  }

  /**
   * Stores the secret that `make` gives, seeing all that the server has.
   *
   * Neither the server nor any of its secrets and installs can change between
   * that look and the commit; a writer that lost looks again. `null` when the
   * server is gone. The earlier value of the same name is gone for good.
   */
  put(
    serverId: ServerId,
    make: (existing: readonly SealedSecret[]) => Promise<SealedSecret>,
  ): Promise<SealedSecret | null> {
    return commitWithRetry(`store a secret of "${serverId}"`, async () => {
      const server = await this.#kv.get(keys.server(serverId));
      if (server.versionstamp === null) return { atomic: null, result: null };

      const result = await make(await this.list(serverId));
      const atomic = holdOwner(this.#kv.atomic(), server)
        .set(keys.secret(serverId, result.name), result);
      touchWorkspaces(atomic, await listWorkspacesOf(this.#kv, serverId));
      return { atomic, result };
    });
  }

  /** Removes a secret; `false` when there is none of that name. */
  remove(serverId: ServerId, name: string): Promise<boolean> {
    if (!SecretName.safeParse(name).success) return Promise.resolve(false);

    return commitWithRetry(`remove secret "${name}"`, async () => {
      const [server, secret] = await this.#kv.getMany([
        keys.server(serverId),
        keys.secret(serverId, name),
      ]);
      if (secret.versionstamp === null) return { atomic: null, result: false };

      const atomic = holdOwner(this.#kv.atomic(), server).delete(secret.key);
      touchWorkspaces(atomic, await listWorkspacesOf(this.#kv, serverId));
      return { atomic, result: true };
    });
  }
}
