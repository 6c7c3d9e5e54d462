import type { Actor } from "../audit/actor.ts";
import { changesExcept } from "../audit/audit_entry.ts";
import type { AuditStore } from "../audit/audit_store.ts";
import type { ServerId } from "../ids.ts";
import { touchWorkspaces } from "../kv/epochs.ts";
import { keys, prefixes } from "../kv/keys.ts";
import { holdOwner, listRecords, parseEntry } from "../kv/records.ts";
import { Server } from "../servers/server.ts";
import { listWorkspacesOf } from "../workspaces/install_store.ts";
import { holdSealingKey } from "./key_check_store.ts";
import { SealedSecret, SecretName } from "./secret.ts";

/** What the audit log keeps of a secret; nothing of the value is in it. */
function audited(secret: SealedSecret | null) {
  if (secret === null) return null;
  const { version, rules, perMember, sealed } = secret;
  return { version, rules, perMember, keyId: sealed?.keyId ?? null };
}

/** Keeps sealed secrets. */
export class SecretStore {
  readonly #kv: Deno.Kv;
  readonly #audit: AuditStore;

  constructor(kv: Deno.Kv, audit: AuditStore) {
    this.#kv = kv;
    this.#audit = audit;
  }

  /** Whether any server has a secret. */
  async hasAny(): Promise<boolean> {
    for await (const _ of this.#kv.list({ prefix: prefixes.allSecrets }, { limit: 1 })) return true;
    return false;
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
    by: Actor,
    action: "secret.set" | "secret.inject",
    serverId: ServerId,
    make: (existing: readonly SealedSecret[]) => Promise<SealedSecret>,
  ): Promise<SealedSecret | null> {
    return this.#audit.commit(by, `store a secret of "${serverId}"`, async () => {
      const server = await this.#kv.get(keys.server(serverId));
      if (server.versionstamp === null) return { atomic: null, result: null };

      const existing = await this.list(serverId);
      const result = await make(existing);
      const before = existing.find(({ name }) => name === result.name) ?? null;
      const atomic = holdOwner(this.#kv.atomic(), server)
        .set(keys.secret(serverId, result.name), result);
      if (result.sealed !== null) await holdSealingKey(this.#kv, atomic, result.sealed.keyId);
      touchWorkspaces(atomic, await listWorkspacesOf(this.#kv, serverId));
      const entry = {
        action,
        subject: subjectOf(server, result),
        changes: changesExcept(audited(before), audited(result), []),
      };
      return { atomic, result, entry };
    });
  }

  /** Removes a secret, and gives it as it was then; `null` when there is none of that name. */
  remove(by: Actor, serverId: ServerId, name: string): Promise<SealedSecret | null> {
    if (!SecretName.safeParse(name).success) return Promise.resolve(null);

    return this.#audit.commit(by, `remove secret "${name}"`, async () => {
      const [server, secret] = await this.#kv.getMany([
        keys.server(serverId),
        keys.secret(serverId, name),
      ]);
      const removed = parseEntry(SealedSecret, secret);
      if (removed === null) return { atomic: null, result: null };

      const atomic = holdOwner(this.#kv.atomic(), server).delete(secret.key);
      touchWorkspaces(atomic, await listWorkspacesOf(this.#kv, serverId));
      const entry = {
        action: "secret.remove",
        subject: subjectOf(server, removed),
        changes: changesExcept(audited(removed), null, []),
      };
      return { atomic, result: removed, entry };
    });
  }
}

function subjectOf(
  server: Deno.KvEntryMaybe<unknown>,
  { serverId, name }: SealedSecret,
): Record<string, string> {
  return { server: parseEntry(Server, server)?.slug ?? serverId, serverId, secret: name };
}
