import type { Actor } from "../audit/actor.ts";
import { changesExcept } from "../audit/audit_entry.ts";
import type { AuditStore } from "../audit/audit_store.ts";
import type { WorkspaceId } from "../ids.ts";
import { touchWorkspaces } from "../kv/epochs.ts";
import { keys } from "../kv/keys.ts";
import { getAll, parseEntry } from "../kv/records.ts";
import { holdSealingKey } from "../secrets/key_check_store.ts";
import type { Keyring } from "../secrets/keyring.ts";
import { Workspace } from "../workspaces/workspace.ts";
import { ArgumentKey, newArgumentKey, openArgumentKey } from "./argument_key.ts";
import type { ArgumentLogging } from "./argument_logging.ts";
import { ArgumentPart, MAX_ARGUMENT_PARTS } from "./argument_pack.ts";
import type { ArgumentSeal } from "./argument_seal.ts";

/**
 * Keeps each workspace's key of arguments, and knows where the arguments are.
 *
 * The arguments themselves are written by the log of calls, in the commits of their records.
 */
export class ArgumentStore {
  readonly #kv: Deno.Kv;
  readonly #audit: AuditStore;
  readonly #keyring: Keyring;
  readonly #now: () => Date;

  constructor(
    kv: Deno.Kv,
    { audit, keyring, now }: { audit: AuditStore; keyring: Keyring; now: () => Date },
  ) {
    this.#kv = kv;
    this.#audit = audit;
    this.#keyring = keyring;
    this.#now = now;
  }

  /** A workspace's key, opened; `null` when it has none. Throws `internal`. */
  async openKey(id: WorkspaceId): Promise<ArgumentSeal | null> {
    const key = parseEntry(ArgumentKey, await this.#kv.get(keys.argumentKey(id)));
    return key === null ? null : await openArgumentKey(this.#keyring, key);
  }

  /** Whether a workspace has a key, so that arguments of its calls may be kept. */
  async hasKey(id: WorkspaceId): Promise<boolean> {
    return (await this.#kv.get(keys.argumentKey(id))).versionstamp !== null;
  }

  /**
   * Stores what `change` makes of how a workspace keeps arguments, from the next call on, and
   * gives the workspace; `null` when it is gone. What begins to keep them has a key then.
   *
   * Throws `conflict` when this process seals with a master key that is being retired.
   */
  setLogging(
    by: Actor,
    id: WorkspaceId,
    change: (stored: ArgumentLogging | null) => ArgumentLogging | null,
  ): Promise<Workspace | null> {
    return this.#audit.commit(by, `change how arguments are kept in "${id}"`, async () => {
      const [stored, key] = await this.#kv.getMany([keys.workspace(id), keys.argumentKey(id)]);
      const workspace = parseEntry(Workspace, stored);
      if (workspace === null) return { atomic: null, result: null };

      const result = { ...workspace, logArguments: change(workspace.logArguments) };
      const changes = changesExcept(workspace, result, []);
      if (Object.keys(changes).length === 0) return { atomic: null, result: workspace };

      // A purge beside this may take the key away.
      const atomic = this.#kv.atomic().check(stored, key).set(stored.key, result);
      if (result.logArguments !== null && key.versionstamp === null) {
        await this.#setKey(atomic, id);
      }
      const action = result.logArguments === null ? "arguments.stop" : "arguments.keep";
      const entry = { action, subject: subjectOf(workspace), changes };
      return { atomic: touchWorkspaces(atomic, [id]), result, entry };
    });
  }

  /**
   * Destroys the key of all arguments that a workspace has kept, so that nothing opens them
   * again, wherever there are copies; `false` when it has kept none. One that goes on keeping
   * them has another key. Throws `conflict` as {@linkcode setLogging} does.
   */
  purge(by: Actor, id: WorkspaceId): Promise<boolean> {
    return this.#audit.commit(by, `purge arguments of "${id}"`, async () => {
      const [stored, key] = await this.#kv.getMany([keys.workspace(id), keys.argumentKey(id)]);
      const workspace = parseEntry(Workspace, stored);
      if (workspace === null || key.versionstamp === null) return { atomic: null, result: false };

      const atomic = this.#kv.atomic().check(stored, key);
      if (workspace.logArguments === null) atomic.delete(key.key);
      else await this.#setKey(atomic, id);
      const entry = { action: "arguments.purge", subject: subjectOf(workspace) };
      return { atomic: touchWorkspaces(atomic, [id]), result: true, entry };
    });
  }

  /** The sealed arguments of the calls that were recorded in one commit. */
  async parts(id: WorkspaceId, versionstamp: string): Promise<ArgumentPart[]> {
    const places = Array.from({ length: MAX_ARGUMENT_PARTS }, (_, part) => {
      return keys.callArguments(id, part, versionstamp);
    });
    const entries = await getAll(this.#kv, places);
    return entries.flatMap((entry) => parseEntry(ArgumentPart, entry) ?? []);
  }

  /** Puts on the audit log that somebody reads the arguments of a call. */
  noteReading(by: Actor, subject: Record<string, string>): Promise<void> {
    return this.#audit.commit(by, "read the arguments of a call", () => {
      const entry = { action: "arguments.read", subject };
      return Promise.resolve({ atomic: this.#kv.atomic(), result: undefined, entry });
    });
  }

  async #setKey(atomic: Deno.AtomicOperation, id: WorkspaceId): Promise<void> {
    const key = await newArgumentKey(this.#keyring, id, this.#now());
    await holdSealingKey(this.#kv, atomic, key.sealed.keyId);
    atomic.set(keys.argumentKey(id), key);
  }
}

function subjectOf({ id, slug }: Workspace): Record<string, string> {
  return { workspace: slug, workspaceId: id };
}
