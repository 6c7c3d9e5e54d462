import { z } from "zod";
import { type Actor, actorOf } from "../audit/actor.ts";
import { type AuditChange, type AuditDraft, changesBetween } from "../audit/audit_entry.ts";
import type { AuditStore } from "../audit/audit_store.ts";
import { refusal } from "../errors.ts";
import { newAdminSessionId, randomText } from "../ids.ts";
import { keys, prefixes } from "../kv/keys.ts";
import { parseEntry, parseRecord } from "../kv/records.ts";
import { holdSealingKey } from "../secrets/key_check_store.ts";
import { hashToken } from "../tokens/token_text.ts";
import type { Admin } from "./admin.ts";
import { Role } from "./role.ts";
import {
  adminOf,
  isOver,
  isSamePerson,
  Session,
  SESSION_HOURS,
  type SessionView,
  untilEnd,
} from "./session.ts";

/** How long a sign-in link waits to be used. */
export const SIGN_IN_LINK_MINUTES = 60;

/** So many sessions one gateway keeps; of one person's, the newest. */
export const MAX_SESSIONS = 1_000;
export const MAX_SESSIONS_EACH = 20;

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** 43 characters of 62 are 256 bits. */
const SECRET_LENGTH = 43;
const SECRET_PATTERN = /^[0-9A-Za-z]{43}$/;

const SignInLink = z.object({ name: z.string(), role: Role, expiresAt: z.iso.datetime() });

/** Whom a sign-in link is for: the operator, unless it says otherwise. */
export type SignInFor = Pick<Admin, "name" | "role">;
const THE_OPERATOR: SignInFor = { name: "admin", role: "owner" };

/** Somebody who is about to be signed in. */
export type NewSession = Pick<Session, "id" | "name" | "role" | "gitHub" | "sealed">;

/**
 * Keeps dashboard sessions and one-time sign-in links, by the hash of their text.
 *
 * The text itself is known to the browser alone; the store cannot give it back.
 */
export class SessionStore {
  readonly #kv: Deno.Kv;
  readonly #audit: AuditStore;

  constructor(kv: Deno.Kv, audit: AuditStore) {
    this.#kv = kv;
    this.#audit = audit;
  }

  /** The session of this cookie text; `null` when it is over, or none. */
  async find(text: string, now: Date): Promise<Session | null> {
    if (!SECRET_PATTERN.test(text)) return null;
    const entry = await this.#kv.get(keys.adminSession(hashToken(text)));
    const session = parseEntry(Session, entry);
    return session === null || isOver(session, now) ? null : session;
  }

  /** All sessions that are not over, the newest first. */
  async list(now: Date): Promise<Session[]> {
    const entries = await this.#entries(now);
    const sessions = entries.map(({ value }) => value);
    return sessions.sort((a, b) => a.expiresAt < b.expiresAt ? 1 : -1);
  }

  /** Ends the session of a browser that signs out; nothing happens when it is over. */
  async end(text: string, now: Date): Promise<void> {
    const session = await this.find(text, now);
    if (session !== null) await this.#endEach(actorIn(session), now, ({ id }) => id === session.id);
  }

  /** Ends a session by its id; `false` when it is over already. `why` goes into the audit log. */
  async endById(by: Actor, id: string, now: Date, why?: string): Promise<boolean> {
    return await this.#endEach(by, now, (session) => session.id === id, why) > 0;
  }

  /** Ends all sessions of the person of this one, which included, and says how many. */
  endAllOf(by: Actor, person: SessionView, now: Date): Promise<number> {
    return this.#endEach(by, now, (session) => isSamePerson(session, person));
  }

  /** Makes a sign-in link for one hour and gives the text to put into it. */
  async createSignInLink(
    by: Actor,
    now: Date,
    { name, role }: SignInFor = THE_OPERATOR,
  ): Promise<string> {
    const text = randomText(SECRET_LENGTH, ALPHABET);
    const expireIn = SIGN_IN_LINK_MINUTES * 60_000;
    const link = { name, role, expiresAt: later(now, expireIn) };

    await this.#audit.commit(by, "make a sign-in link", () => {
      const atomic = this.#kv.atomic().set(keys.signInLink(hashToken(text)), link, { expireIn });
      const changes = changesBetween(null, link, ["name", "role", "expiresAt"]);
      const entry = { action: "sign_in_link.make", subject: {}, changes };
      return Promise.resolve({ atomic, result: undefined, entry });
    });
    return text;
  }

  /**
   * Uses a sign-in link up and begins a session of 12 hours with it.
   *
   * Gives the text for its cookie, to one caller only, whoever races for it; `null` when
   * the link is used, over, or none. Throws `limit_reached`.
   */
  async signIn(linkText: string, now: Date): Promise<string | null> {
    if (!SECRET_PATTERN.test(linkText)) return null;
    const linkKey = keys.signInLink(hashToken(linkText));
    const stored = await this.#kv.get(linkKey);
    const link = parseEntry(SignInLink, stored);
    if (link === null || isOver(link, now)) return null;

    const { name, role } = link;
    const id = newAdminSessionId();
    return await this.#begin(
      { id, name, role, gitHub: null, sealed: null },
      now,
      async (atomic) => {
        const { versionstamp } = await this.#kv.get(linkKey);
        if (versionstamp !== stored.versionstamp) return false;
        atomic.check(stored).delete(linkKey);
        return true;
      },
    );
  }

  /** Begins a session of 12 hours and gives the text for its cookie. Throws `limit_reached`. */
  async begin(session: NewSession, now: Date): Promise<string> {
    const text = await this.#begin(session, now, () => Promise.resolve(true));
    if (text === null) throw new Error("unreachable: nothing stands in its way");
    return text;
  }

  /** Puts what GitHub says of somebody now into their session, with an entry. */
  async change(by: Actor, { id, name, role, gitHub }: Session, now: Date): Promise<void> {
    await this.#audit.commit(by, `change session "${id}"`, async () => {
      const stored = (await this.#entries(now)).find(({ value }) => value.id === id);
      if (stored === undefined) return { atomic: null, result: undefined };

      const session = { ...stored.value, name, role, gitHub };
      const atomic = this.#kv.atomic().check(stored)
        .set(stored.key, session, { expireIn: untilEnd(session, now) });
      const changes = changesBetween(stored.value, session, ["name", "role"]);
      return {
        atomic,
        result: undefined,
        entry: { action: "session.change", subject: { session: id }, changes },
      };
    });
  }

  async #begin(
    session: NewSession,
    now: Date,
    prepare: (atomic: Deno.AtomicOperation) => Promise<boolean>,
  ): Promise<string | null> {
    const text = randomText(SECRET_LENGTH, ALPHABET);
    const expiresAt = later(now, SESSION_HOURS * 3_600_000);
    const whole: Session = { ...session, beganAt: now.toISOString(), expiresAt };

    return await this.#audit.commit<string | null>(actorIn(whole), "sign in", async () => {
      const atomic = this.#kv.atomic();
      if (!await prepare(atomic)) return { atomic: null, result: null };
      for (const old of makeRoom(await this.#entries(now), whole)) {
        atomic.check(old).delete(old.key);
      }
      const expireIn = untilEnd(whole, now);
      atomic.set(keys.adminSession(hashToken(text)), whole, { expireIn });
      if (whole.sealed !== null) await holdSealingKey(this.#kv, atomic, whole.sealed.keyId);
      const entry = {
        action: "session.begin",
        subject: { session: whole.id },
        changes: {
          ...changesBetween(null, whole, ["role", "expiresAt"]),
          ...changesBetween(null, whole.gitHub, ["rule"]),
        },
      };
      return { atomic, result: text, entry };
    });
  }

  async #endEach(
    by: Actor,
    now: Date,
    isMeant: (session: Session) => boolean,
    why?: string,
  ): Promise<number> {
    return await this.#audit.commit<number>(by, "end a session", async () => {
      const meant = (await this.#entries(now)).filter(({ value }) => isMeant(value));
      if (meant.length === 0) return { atomic: null, result: 0 };

      const atomic = this.#kv.atomic();
      for (const stored of meant) atomic.check(stored).delete(stored.key);
      const [{ value: { id, name } }] = meant;
      const subject: AuditDraft["subject"] = meant.length === 1 ? { session: id, name } : { name };
      const changes: Record<string, AuditChange> = {
        ...meant.length > 1 && { sessions: { before: meant.length, after: 0 } },
        ...why !== undefined && { reason: { before: null, after: why } },
      };
      return { atomic, result: meant.length, entry: { action: "session.end", subject, changes } };
    });
  }

  async #entries(now: Date): Promise<Deno.KvEntry<Session>[]> {
    const entries = await Array.fromAsync(this.#kv.list({ prefix: prefixes.adminSessions }));
    return entries.map((entry) => ({ ...entry, value: parseRecord(Session, entry) }))
      .filter(({ value }) => !isOver(value, now));
  }
}

/** The oldest sessions of somebody, in whose place a new one comes. Throws `limit_reached`. */
function makeRoom(
  all: readonly Deno.KvEntry<Session>[],
  session: Session,
): Deno.KvEntry<Session>[] {
  const own = all.filter(({ value }) => isSamePerson(value, session));
  const ending = own.sort((a, b) => a.value.expiresAt < b.value.expiresAt ? -1 : 1)
    .slice(0, Math.max(0, own.length + 1 - MAX_SESSIONS_EACH));
  if (all.length - ending.length < MAX_SESSIONS) return ending;
  throw refusal(
    "limit_reached",
    `${MAX_SESSIONS} people are signed in, the most that a gateway keeps; an owner can end ` +
      "sessions that nobody uses.",
  );
}

function actorIn(session: Session): Actor {
  return actorOf(adminOf(session), "page");
}

function later(now: Date, delayMs: number): string {
  return new Date(now.getTime() + delayMs).toISOString();
}
