import { z } from "zod";
import { randomText } from "../ids.ts";
import { commitOnce } from "../kv/commit.ts";
import { keys } from "../kv/keys.ts";
import { parseEntry } from "../kv/records.ts";
import { hashToken } from "../tokens/token_text.ts";
import type { Admin } from "./admin.ts";

/** How long a sign-in to the dashboard lasts. */
export const SESSION_HOURS = 12;

/** How long a sign-in link waits to be used. */
export const SIGN_IN_LINK_MINUTES = 60;

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** 43 characters of 62 are 256 bits. */
const SECRET_LENGTH = 43;
const SECRET_PATTERN = /^[0-9A-Za-z]{43}$/;

const Session = z.object({ name: z.string(), expiresAt: z.iso.datetime() });
const SignInLink = z.object({ expiresAt: z.iso.datetime() });

/**
 * Keeps dashboard sessions and one-time sign-in links, by the hash of their text.
 *
 * The text itself is known to the browser alone; the store cannot give it back.
 */
export class SessionStore {
  readonly #kv: Deno.Kv;

  constructor(kv: Deno.Kv) {
    this.#kv = kv;
  }

  /** Begins a session of 12 hours and gives the text for its cookie. */
  async create(adminName: string, now: Date): Promise<string> {
    const text = randomText(SECRET_LENGTH, ALPHABET);
    const expireIn = SESSION_HOURS * 3_600_000;
    const session = { name: adminName, expiresAt: later(now, expireIn) };
    await this.#kv.set(keys.adminSession(hashToken(text)), session, {
      expireIn,
    });
    return text;
  }

  /** Who is signed in with this cookie text; `null` when nobody is any more. */
  async find(text: string, now: Date): Promise<Admin | null> {
    if (!SECRET_PATTERN.test(text)) return null;
    const session = parseEntry(
      Session,
      await this.#kv.get(keys.adminSession(hashToken(text))),
    );
    if (session === null || isOver(session, now)) return null;
    return { kind: "session", name: session.name };
  }

  /** Ends a session; nothing happens when it is over. */
  async remove(text: string): Promise<void> {
    await this.#kv.delete(keys.adminSession(hashToken(text)));
  }

  /** Makes a sign-in link for one hour and gives the text to put into it. */
  async createSignInLink(now: Date): Promise<string> {
    const text = randomText(SECRET_LENGTH, ALPHABET);
    const expireIn = SIGN_IN_LINK_MINUTES * 60_000;
    const link = { expiresAt: later(now, expireIn) };
    await this.#kv.set(keys.signInLink(hashToken(text)), link, { expireIn });
    return text;
  }

  /** Uses a sign-in link up. `true` for one caller only, whoever races for it. */
  async consumeSignInLink(text: string, now: Date): Promise<boolean> {
    if (!SECRET_PATTERN.test(text)) return false;
    const entry = await this.#kv.get(keys.signInLink(hashToken(text)));
    const link = parseEntry(SignInLink, entry);
    if (link === null || isOver(link, now)) return false;
    return await commitOnce(this.#kv.atomic().check(entry).delete(entry.key));
  }
}

function later(now: Date, delayMs: number): string {
  return new Date(now.getTime() + delayMs).toISOString();
}

function isOver({ expiresAt }: { expiresAt: string }, now: Date): boolean {
  return Date.parse(expiresAt) <= now.getTime();
}
