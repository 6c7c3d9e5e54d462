import { z } from "zod";
import type { Actor } from "../audit/actor.ts";
import type { AuditStore } from "../audit/audit_store.ts";
import { GatewayError, refusal } from "../errors.ts";
import { SecretId, ServerId } from "../ids.ts";
import { commitWithRetry } from "../kv/commit.ts";
import { touchWorkspaces } from "../kv/epochs.ts";
import { keys, prefixes } from "../kv/keys.ts";
import { getAll, holdOwner, listRecords, parseEntry } from "../kv/records.ts";
import { quote } from "../quote.ts";
import { holdSealingKey } from "../secrets/key_check_store.ts";
import { SealedSecret } from "../secrets/secret.ts";
import type { Server } from "../servers/server.ts";
import { Token, tokenStatus } from "../tokens/token.ts";
import { listWorkspacesOf } from "../workspaces/install_store.ts";
import { Workspace } from "../workspaces/workspace.ts";
import { memberEmail } from "./member.ts";
import { type MemberKey, memberKeyOf } from "./member_key.ts";
import { MemberSecret } from "./member_secret.ts";

/** The most members who have a value of their own of one secret. */
export const MAX_MEMBERS_PER_SECRET = 10_000;

/**
 * The most secrets that one member sets: all of them go in the commit that ends the member's
 * access, beside up to 200 tokens.
 */
export const MAX_SECRETS_PER_MEMBER = 150;

/** Records whose keys, and what leads to them, fit into one commit. */
const RECORDS_PER_COMMIT = 400;

/** Which secret of which server a member has a value of. */
export const OwnPlace = z.object({ serverId: ServerId, secretId: SecretId });
export type OwnPlace = z.infer<typeof OwnPlace>;

/** Where a member's value of a secret is, or would be. */
export interface MemberPlace extends OwnPlace {
  member: MemberKey;
}

/** A member's wish to change a secret of their own. */
export interface MemberWish {
  by: Actor;
  /** As the member was let in with it; it must still be good when the change is committed. */
  token: Token;
  server: Server;
  /** The secret's name. */
  name: string;
  now: Date;
}

/** What is stored where a member's value is to go. */
export interface MemberSlot {
  secret: SealedSecret;
  member: MemberKey;
  own: MemberSecret | null;
}

/** Keeps members' own values of secrets. */
export class MemberSecretStore {
  readonly #kv: Deno.Kv;
  readonly #audit: AuditStore;

  constructor(kv: Deno.Kv, audit: AuditStore) {
    this.#kv = kv;
    this.#audit = audit;
  }

  /** What a member has set of these secrets of a server, by the secrets' ids. */
  async findMany(
    serverId: ServerId,
    secretIds: readonly SecretId[],
    member: MemberKey,
  ): Promise<ReadonlyMap<SecretId, MemberSecret>> {
    const wanted = secretIds.map((id) => keys.memberSecret(serverId, id, member));
    const entries = await getAll(this.#kv, wanted);
    const found = entries.map((entry) => parseEntry(MemberSecret, entry))
      .filter((own) => own !== null);
    return new Map(found.map((own) => [own.secretId, own]));
  }

  /** Which secrets a member has set, of whatever server; at most 150. */
  listOwn(member: MemberKey): Promise<OwnPlace[]> {
    return ownPlaces(this.#kv, member);
  }

  /** Which members, among these places, have set a value: one answer for each. */
  async areSet(places: readonly MemberPlace[]): Promise<boolean[]> {
    const entries = await getAll(
      this.#kv,
      places.map(({ serverId, secretId, member }) => keys.memberSecret(serverId, secretId, member)),
    );
    return entries.map(({ versionstamp }) => versionstamp !== null);
  }

  /** How many members have set a value of a secret. */
  async count(serverId: ServerId, secretId: SecretId): Promise<number> {
    const { value } = await this.#kv.get<number>(keys.memberSecretCount(serverId, secretId));
    return value ?? 0;
  }

  /**
   * Stores the value that `make` gives, new or in place of the member's earlier one, if the
   * token is good, the server installed and the secret per-member when that is committed.
   *
   * Throws `unauthorized`, `not_found`, and `limit_reached` past 10,000 members.
   */
  put(wish: MemberWish, make: (slot: MemberSlot) => Promise<MemberSecret>): Promise<MemberSecret> {
    return this.#audit.commit(wish.by, `set a member's secret "${wish.name}"`, async () => {
      const { slot, atomic, counted } = await this.#prepare(wish);
      const result = await make(slot);
      await holdSealingKey(this.#kv, atomic, result.sealed.keyId);
      atomic.set(keys.memberSecret(wish.server.id, slot.secret.id, slot.member), result);
      if (slot.own === null) {
        if (counted.count >= MAX_MEMBERS_PER_SECRET) throw full(wish);
        const { secret, member } = slot;
        if ((await ownPlaces(this.#kv, member)).length >= MAX_SECRETS_PER_MEMBER) throw tooMany();
        const place: OwnPlace = { serverId: wish.server.id, secretId: secret.id };
        atomic.set(keys.ownSecret(member, place.serverId, place.secretId), place);
        atomic.check(counted.entry).set(counted.entry.key, counted.count + 1);
      }
      const changes = { version: { before: slot.own?.version ?? null, after: result.version } };
      return { atomic, result, entry: { ...drafted("set", wish, slot), changes } };
    });
  }

  /**
   * Removes a member's own value, also of a server that is not in the workspace any more;
   * `false` when there is none. Throws as `put` does.
   */
  remove(wish: MemberWish): Promise<boolean> {
    return this.#audit.commit(wish.by, `remove a member's secret "${wish.name}"`, async () => {
      const { slot, atomic, counted } = await this.#prepare(wish, true);
      if (slot.own === null) return { atomic: null, result: false };
      atomic.delete(keys.memberSecret(wish.server.id, slot.secret.id, slot.member))
        .delete(keys.ownSecret(slot.member, wish.server.id, slot.secret.id))
        .check(counted.entry)
        .set(counted.entry.key, Math.max(0, counted.count - 1));
      const changes = { version: { before: slot.own.version, after: null } };
      return { atomic, result: true, entry: { ...drafted("remove", wish, slot), changes } };
    });
  }

  /** Clears away what members had set of a secret, or of a whole server, that is gone. */
  async clear(serverId: ServerId, secretId?: SecretId): Promise<void> {
    const found = await this.#keysUnder(prefixes.memberSecrets(serverId, secretId));
    const counts = secretId === undefined
      ? await this.#keysUnder(prefixes.memberSecretCounts(serverId))
      : [keys.memberSecretCount(serverId, secretId)];
    found.push(...counts);

    for (let at = 0; at < found.length; at += RECORDS_PER_COMMIT) {
      await commitWithRetry(`clear members' secrets of "${serverId}"`, () => {
        const atomic = this.#kv.atomic();
        for (const key of found.slice(at, at + RECORDS_PER_COMMIT)) {
          atomic.delete(key);
          const [kind, , secret, member] = key;
          if (kind !== "member_secret") continue;
          atomic.delete(keys.ownSecret(String(member), serverId, SecretId.parse(secret)));
        }
        return Promise.resolve({ atomic, result: undefined });
      });
    }
  }

  async #keysUnder(prefix: Deno.KvKey): Promise<Deno.KvKey[]> {
    return await Array.fromAsync(this.#kv.list({ prefix }), ({ key }) => key);
  }

  /** Reads all that the change depends on, and makes the commit depend on it. */
  async #prepare({ token, server, name, now }: MemberWish, isRemoval = false) {
    const { workspaceId } = token;
    const [tokenEntry, workspace, install, owner, secretEntry] = await this.#kv.getMany([
      keys.token(workspaceId, token.id),
      keys.workspace(workspaceId),
      keys.install(workspaceId, server.id),
      keys.server(server.id),
      keys.secret(server.id, name),
    ]);
    checkStillIn(parseEntry(Token, tokenEntry), parseEntry(Workspace, workspace), now);
    const secret = parseEntry(SealedSecret, secretEntry);
    if (owner.versionstamp === null || secret === null || !secret.perMember) {
      throw noMemberSecret(server.slug, name);
    }

    const member = memberKeyOf(token);
    const [own, count] = await this.#kv.getMany<[unknown, number]>([
      keys.memberSecret(server.id, secret.id, member),
      keys.memberSecretCount(server.id, secret.id),
    ]);
    // Who has set nothing is not told that the server is elsewhere.
    const isTheirs = install.versionstamp !== null || (isRemoval && own.versionstamp !== null);
    if (!isTheirs) throw noMemberSecret(server.slug, name);

    const atomic = holdOwner(this.#kv.atomic(), owner)
      .check(tokenEntry, workspace, install, secretEntry, own);
    touchWorkspaces(atomic, await listWorkspacesOf(this.#kv, server.id));
    // Who ends the person's access, or the token, in this moment has to look again.
    if (token.email !== null) atomic.sum(keys.memberEpoch(memberEmail(token.email)), 1n);
    else atomic.set(tokenEntry.key, tokenEntry.value);

    const slot: MemberSlot = { secret, member, own: parseEntry(MemberSecret, own) };
    return { slot, atomic, counted: { entry: count, count: count.value ?? 0 } };
  }
}

/** What a member has set. */
async function ownPlaces(kv: Deno.Kv, member: MemberKey): Promise<OwnPlace[]> {
  return await listRecords(kv, OwnPlace, prefixes.ownSecrets(member));
}

/**
 * Adds to the commit that ends a member's access that their own secrets go with it, and
 * gives which ones; they are to be taken off the counts with {@linkcode uncount}.
 */
export async function dropOwnSecrets(
  kv: Deno.Kv,
  atomic: Deno.AtomicOperation,
  member: MemberKey,
): Promise<OwnPlace[]> {
  const places = await ownPlaces(kv, member);
  for (const { serverId, secretId } of places) {
    atomic.delete(keys.memberSecret(serverId, secretId, member))
      .delete(keys.ownSecret(member, serverId, secretId));
  }
  return places;
}

/** Takes values that are gone off the counts of their secrets, one after the other. */
export async function uncount(kv: Deno.Kv, places: readonly OwnPlace[]): Promise<void> {
  for (const { serverId, secretId } of places) {
    await commitWithRetry(`count members' secrets of "${serverId}"`, async () => {
      const entry = await kv.get<number>(keys.memberSecretCount(serverId, secretId));
      if (entry.value === null) return { atomic: null, result: undefined };
      const atomic = kv.atomic().check(entry).set(entry.key, Math.max(0, entry.value - 1));
      return { atomic, result: undefined };
    });
  }
}

/** What is said of a secret that a member of this workspace cannot set, for whatever reason. */
export function noMemberSecret(slug: string, name: string): GatewayError {
  return refusal(
    "not_found",
    `There is no secret ${quote(name)} of a server ${quote(slug)} that is yours to set; ` +
      "aerostack me secrets list shows which there are.",
  );
}

/** A token that ended while its holder was let in is refused like any other. */
function checkStillIn(token: Token | null, workspace: Workspace | null, now: Date): void {
  const isIn = token !== null && tokenStatus(token, now) === "active" &&
    workspace !== null && workspace.disabledAt === null;
  if (!isIn) throw new GatewayError("unauthorized", "Refused a member whose token has ended");
}

function drafted(verb: "set" | "remove", { server, name }: MemberWish, { member }: MemberSlot) {
  return {
    action: `member_secret.${verb}`,
    subject: { server: server.slug, serverId: server.id, secret: name, member },
  };
}

function full({ server, name }: MemberWish): GatewayError {
  return refusal(
    "limit_reached",
    `${MAX_MEMBERS_PER_SECRET} members have set the secret "${name}" of server ` +
      `"${server.slug}", the most that can; ask an admin to remove it and add it anew.`,
  );
}

function tooMany(): GatewayError {
  return refusal(
    "limit_reached",
    `You have set ${MAX_SECRETS_PER_MEMBER} secrets of your own, the most that one member can; ` +
      "remove one that you do not use.",
  );
}
