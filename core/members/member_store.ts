import { z } from "zod";
import type { Actor } from "../audit/actor.ts";
import type { AuditStore } from "../audit/audit_store.ts";
import { refusal } from "../errors.ts";
import { TokenId, WorkspaceId } from "../ids.ts";
import { touchWorkspaces } from "../kv/epochs.ts";
import { keys, prefixes } from "../kv/keys.ts";
import type { Page, PageQuery } from "../kv/pages.ts";
import { getAll, listRecords, parseEntry } from "../kv/records.ts";
import { Token, tokenStatus } from "../tokens/token.ts";
import { memberEmail } from "./member.ts";
import { memberKeyOf } from "./member_key.ts";
import { dropOwnSecrets, type OwnPlace, uncount } from "./member_secret_store.ts";

/**
 * The most tokens of one person that are not revoked: all of them end in one commit, which
 * takes 1,000 changes, and in which the person's own secrets go too.
 */
export const MAX_TOKENS_PER_MEMBER = 200;

/** Where a token of a person is kept. */
const TokenPlace = z.object({ workspaceId: WorkspaceId, id: TokenId });
type TokenPlace = z.infer<typeof TokenPlace>;

/** A person's tokens that are not revoked, at the state of `epoch`. */
export interface MemberTokens {
  email: string;
  /** Moves with every token of the person that is made or ended. */
  epoch: Deno.KvEntryMaybe<unknown>;
  tokens: Token[];
}

/** What offboarding took from a person. */
export interface Offboarded {
  tokens: Token[];
  /** How many secrets of their own they had set. */
  secrets: number;
}

/** A person and how much they have, without what their tokens say. */
export interface Person {
  email: string;
  tokens: number;
  workspaces: number;
}

/** Which people have tokens, in whatever workspace. */
export class MemberStore {
  readonly #kv: Deno.Kv;
  readonly #audit: AuditStore;
  /** Who has tokens, as it was at one epoch. */
  #people: { epoch: string | null; all: readonly Person[] } | null = null;

  constructor(kv: Deno.Kv, audit: AuditStore) {
    this.#kv = kv;
    this.#audit = audit;
  }

  /** What a person has; `null` for an address that never had a token. */
  async get(email: string): Promise<MemberTokens | null> {
    const member = await readMember(this.#kv, email);
    return member.epoch.versionstamp === null ? null : member;
  }

  /** A page of people who have tokens that are not revoked, by address. */
  async list({ limit, cursor }: PageQuery): Promise<Page<MemberTokens>> {
    const emails: string[] = [];
    let after = cursor;
    // One entry of each person is read, not all of them.
    while (emails.length <= limit) {
      const next = await this.#emailAfter(after);
      if (next === null) break;
      emails.push(next);
      after = next;
    }

    const items = await Promise.all(
      emails.slice(0, limit).map((email) => readMember(this.#kv, email)),
    );
    return { items, nextCursor: emails.length > limit ? emails[limit - 1] : null };
  }

  /**
   * Everybody who has tokens that are not revoked, by address.
   *
   * The list is kept in memory until somebody's tokens change, on whichever process.
   */
  async people(): Promise<readonly Person[]> {
    // First, so that what is read after it is at least as new.
    const epoch = (await this.#kv.get(keys.peopleEpoch)).versionstamp;
    if (this.#people?.epoch === epoch) return this.#people.all;

    const found = new Map<string, { tokens: number; workspaces: Set<string> }>();
    const selector = { prefix: prefixes.tokensByEmail };
    for await (const { key } of this.#kv.list(selector, { batchSize: 1_000 })) {
      const [, email, workspace] = key.map(String);
      const person = found.get(email) ?? { tokens: 0, workspaces: new Set() };
      person.tokens++;
      person.workspaces.add(workspace);
      found.set(email, person);
    }
    const all = [...found].map(([email, { tokens, workspaces }]) => {
      return { email, tokens, workspaces: workspaces.size };
    });
    this.#people = { epoch, all };
    return all;
  }

  /**
   * Revokes every token of a person at `now`, in one commit, and gives what it took; `null` for an
   * address that never had a token. Once this has resolved, no call with any of them is
   * accepted; a token that is made in the same moment is among them, or was made after it.
   *
   * The secrets that the person had set go with them. What limits a token is forgotten with
   * it, so that the commit stays small.
   */
  async offboard(by: Actor, email: string, now: Date): Promise<Offboarded | null> {
    let own: OwnPlace[] = [];
    const tokens = await this.#audit.commit(by, `offboard "${memberEmail(email)}"`, async () => {
      own = [];
      const member = await this.get(email);
      if (member === null) return { atomic: null, result: null };

      const { tokens } = member;
      const atomic = this.#kv.atomic().check(member.epoch);
      own = await dropOwnSecrets(this.#kv, atomic, memberKeyOf({ id: "", email: member.email }));
      if (tokens.length === 0 && own.length === 0) return { atomic: null, result: tokens };
      for (const token of tokens) {
        const revoked: Token = { ...token, policy: null, revokedAt: now.toISOString() };
        atomic.set(keys.token(token.workspaceId, token.id), revoked);
        leaveMember(atomic, token);
      }
      atomic.sum(keys.memberEpoch(member.email), 1n).sum(keys.peopleEpoch, 1n);
      const workspaces = new Set(tokens.map(({ workspaceId }) => workspaceId));
      const ids = tokens.map(({ id }) => id);
      const entry = {
        action: "member.offboard",
        subject: { member: member.email },
        changes: {
          tokens: { before: ids.slice(0, MAX_AUDITED), after: [] },
          count: { before: ids.length, after: 0 },
          workspaces: { before: [...workspaces], after: [] },
          ownSecrets: { before: own.length, after: 0 },
        },
      };
      return { atomic: touchWorkspaces(atomic, workspaces), result: tokens, entry };
    });
    await uncount(this.#kv, own);
    return tokens === null ? null : { tokens, secrets: own.length };
  }

  async #emailAfter(email: string | null): Promise<string | null> {
    const prefix = prefixes.tokensByEmail;
    const selector = email === null ? { prefix } : { prefix, start: [...prefix, `${email}\0`] };
    for await (const { key } of this.#kv.list(selector, { limit: 1 })) return String(key[1]);
    return null;
  }
}

/** How many tokens an entry of the audit log names. */
const MAX_AUDITED = 50;

/** What a person has now; with an address that nobody has, nothing. */
export async function readMember(kv: Deno.Kv, address: string): Promise<MemberTokens> {
  const email = memberEmail(address);
  // First, so that what is read after it is at least as new.
  const epoch = await kv.get(keys.memberEpoch(email));
  const places = await listRecords(kv, TokenPlace, prefixes.tokensOf(email));
  const entries = await getAll(
    kv,
    places.map(({ workspaceId, id }) => keys.token(workspaceId, id)),
  );
  const tokens = entries.map((entry) => parseEntry(Token, entry))
    .filter((token) => token !== null);
  return { email, epoch, tokens };
}

/**
 * Adds to the commit of a new token that its person has it.
 *
 * Of a person who has as many as fit, those that have expired at `now` are left out; when
 * none has, throws `limit_reached`.
 */
export async function joinMember(
  kv: Deno.Kv,
  atomic: Deno.AtomicOperation,
  token: Token,
  now: Date,
): Promise<void> {
  if (token.email === null) return;
  const { email, epoch, tokens } = await readMember(kv, token.email);
  if (tokens.length >= MAX_TOKENS_PER_MEMBER) {
    const expired = tokens.filter((one) => tokenStatus(one, now) !== "active");
    if (expired.length === 0) throw tooMany(email);
    for (const one of expired) leaveMember(atomic, one);
  }

  const { workspaceId, id } = token;
  const place: TokenPlace = { workspaceId, id };
  atomic.check(epoch)
    .set(keys.tokenByEmail(email, workspaceId, id), place)
    .sum(keys.memberEpoch(email), 1n)
    .sum(keys.peopleEpoch, 1n);
}

/** Adds to a commit that a token is none of its person's any more. */
export function leaveMember(
  atomic: Deno.AtomicOperation,
  { email, workspaceId, id }: Token,
): Deno.AtomicOperation {
  if (email === null) return atomic;
  return atomic.delete(keys.tokenByEmail(memberEmail(email), workspaceId, id));
}

/**
 * Adds to a commit that tokens of these people have changed, so that who decides on all
 * tokens of one of them in the same moment has to look again.
 */
export function touchMembers(
  atomic: Deno.AtomicOperation,
  tokens: readonly Token[],
): Deno.AtomicOperation {
  const emails = new Set(tokens.flatMap(({ email }) => email === null ? [] : [memberEmail(email)]));
  for (const email of emails) atomic.sum(keys.memberEpoch(email), 1n);
  return emails.size === 0 ? atomic : atomic.sum(keys.peopleEpoch, 1n);
}

function tooMany(email: string): Error {
  return refusal(
    "limit_reached",
    `"${email}" has ${MAX_TOKENS_PER_MEMBER} tokens that work, the most of one person; revoke one ` +
      "that is not used.",
    "email",
  );
}
