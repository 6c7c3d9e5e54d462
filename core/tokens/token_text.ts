import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { randomText } from "../ids.ts";

/** `mwt` opens a workspace for a member, `aat` the admin API for an admin. */
export type TokenKind = "mwt" | "aat";

const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** 28 characters of 62 are 166 bits. */
const RANDOM_LENGTH = 28;
const CHECKSUM_LENGTH = 6;
const VISIBLE_RANDOM_LENGTH = 4;

const PATTERNS: Record<TokenKind, RegExp> = {
  mwt: /^mwt_[a-z0-9]{1,20}_[0-9A-Za-z]{34}$/,
  aat: /^aat_[0-9A-Za-z]{34}$/,
};

/** A fresh member token: `mwt_<first name>_<random><checksum>`. */
export function newTokenText(personName: string): string {
  return withChecksum(
    `mwt_${firstName(personName)}_${randomText(RANDOM_LENGTH, BASE62)}`,
  );
}

/**
 * The member token that these random bytes make, always the same one; they are at least 32, from
 * a source that nobody can guess.
 */
export function tokenTextFrom(personName: string, bytes: Uint8Array): string {
  let rest = BigInt(`0x${bytes.toHex()}`);
  let random = "";
  while (random.length < RANDOM_LENGTH) {
    random += BASE62[Number(rest % 62n)];
    rest /= 62n;
  }
  return withChecksum(`mwt_${firstName(personName)}_${random}`);
}

/** A fresh admin token: `aat_<random><checksum>`. */
export function newAdminTokenText(): string {
  return withChecksum(`aat_${randomText(RANDOM_LENGTH, BASE62)}`);
}

/**
 * Whether a text can be a token at all, without asking the store.
 *
 * The checksum catches every single mistyped character and every two neighbours
 * that changed places before it; it is no secret and proves nothing.
 */
export function isWellFormed(text: string, kind: TokenKind = "mwt"): boolean {
  if (!PATTERNS[kind].test(text)) return false;
  return text === withChecksum(text.slice(0, -CHECKSUM_LENGTH));
}

/** What a token is stored under: its SHA-256, hex. */
export function hashToken(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** The start that lists show, with 4 of the random characters: `mwt_alice_Ab3d`. */
export function visibleStart(text: string): string {
  return text.slice(0, VISIBLE_RANDOM_LENGTH - RANDOM_LENGTH - CHECKSUM_LENGTH);
}

function withChecksum(body: string): string {
  let rest = crc32(body);
  let checksum = "";
  for (let i = 0; i < CHECKSUM_LENGTH; i++) {
    checksum = BASE62[rest % 62] + checksum;
    rest = Math.floor(rest / 62);
  }
  return body + checksum;
}

/** The first word in plain letters and digits, `member` when there are none. */
function firstName(personName: string): string {
  const word = personName.trim().split(/\s+/)[0];
  const plain = word.normalize("NFKD").toLowerCase().replace(/[^a-z0-9]/g, "");
  return plain === "" ? "member" : plain.slice(0, 20);
}
