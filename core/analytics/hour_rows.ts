import { createHash } from "node:crypto";
import { z } from "zod";
import { type Call, Outcome, RecordedMethod } from "../calls/call.ts";
import { ServerId, TokenId } from "../ids.ts";
import { noSums, type Sums, sumsAsNumbers, sumsOfNumbers, talliedSums } from "./sums.ts";
import type { Tally } from "./tally.ts";

/** What the calls of one row have in common: who called what. */
export type RowName = Pick<
  Tally,
  "tokenId" | "person" | "email" | "serverId" | "server" | "method" | "tool"
>;

/** Calls of an hour that have the same name, added up. */
export interface HourRow extends RowName {
  sums: Sums;
}

const Member = z.tuple([TokenId, z.string(), z.string().nullable()]);
const Target = z.tuple([ServerId.nullable(), z.string().nullable(), RecordedMethod]);

/** A row of a record; its thousands of numbers are checked by hand where they are read. */
export const Row = z.custom<unknown[]>(Array.isArray);

/** Rows as they are stored, in JSON; each names its member and its server by their number. */
const Segment = z.object({
  outcomes: z.array(Outcome),
  members: z.array(Member),
  targets: z.array(Target),
  rows: z.array(Row),
});

/** What a row's numbers take, on the safe side. */
const NUMBERS_BYTES = 60;

/** What each bucket of its sketch takes. */
export const BUCKET_BYTES = 9;

/** The name of the row that counts a call. */
export function nameOf(call: Call): RowName {
  const { tokenId, person, email, serverId, server, method, tool } = call;
  return { tokenId, person, email, serverId, server, method, tool };
}

/** A row's name as one text. */
export function nameText(name: RowName): string {
  const { tokenId, person, email, serverId, server, method, tool } = name;
  return JSON.stringify([tokenId, person, email, serverId, server, method, tool]);
}

/**
 * Where a row of this name lies: with the other ones of its token, and by a hash that nobody
 * can make collide, so that rows can be parted anywhere.
 */
export function orderOf(tokenId: TokenId, text: string): string {
  return `${tokenId} ${createHash("sha256").update(text).digest("hex").slice(0, 12)}`;
}

/** About how many bytes a row takes, on the safe side; beyond ASCII a character takes three. */
export function rowBytes(text: string, { latency }: Sums): number {
  // deno-lint-ignore no-control-regex
  const textBytes = /^[\x00-\x7f]*$/.test(text) ? text.length : 3 * text.length;
  return textBytes + NUMBERS_BYTES + BUCKET_BYTES * latency.size;
}

/** A row that has counted nothing. */
export function emptyRow(name: RowName): HourRow {
  return { ...name, sums: noSums() };
}

/** A row as reports know it. */
export function tallyOfRow({ sums, ...name }: HourRow): Tally {
  return { ...name, ...talliedSums(sums) };
}

/** Rows of an hour as bytes, in their order. */
export function encodeRows(rows: readonly HourRow[], hourMs: number): Uint8Array {
  const members = new Numbering<z.infer<typeof Member>>();
  const targets = new Numbering<z.infer<typeof Target>>();
  const encoded = rows.map((row) => [
    members.numberOf([row.tokenId, row.person, row.email]),
    targets.numberOf([row.serverId, row.server, row.method]),
    row.tool,
    ...sumsAsNumbers(row.sums, hourMs),
  ]);

  return asBytes({
    outcomes: Outcome.options,
    members: members.all,
    targets: targets.all,
    rows: encoded,
  });
}

/** Reads them. Throws when they are none. */
export function decodeRows(bytes: Uint8Array, hourMs: number): HourRow[] {
  const { outcomes, members, targets, rows } = Segment.parse(ofBytes(bytes));

  return rows.map((row) => {
    const [member, target, tool] = row;
    const [tokenId, person, email] = members[Number(member)];
    const [serverId, server, method] = targets[Number(target)];
    if (typeof tool !== "string") throw new TypeError("No row of an hour");
    const sums = sumsOfNumbers(row, 3, outcomes, hourMs);
    return { tokenId, person, email, serverId, server, method, tool, sums };
  });
}

/** Numbers things in the order in which they come, the same ones alike. */
export class Numbering<Thing> {
  readonly all: Thing[] = [];
  readonly #numbers = new Map<string, number>();

  /** The number of a thing. */
  numberOf(thing: Thing): number {
    const text = JSON.stringify(thing);
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;

    this.#numbers.set(text, this.all.length);
    return this.all.push(thing) - 1;
  }
}

/** JSON as bytes, whose size is then known. */
export function asBytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

/** JSON that was stored as bytes. */
export function ofBytes(bytes: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(bytes));
}
