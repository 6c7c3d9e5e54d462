import { z } from "zod";
import { Outcome, RecordedMethod } from "../calls/call.ts";
import { ServerId, TokenId } from "../ids.ts";
import type { Pieces } from "./block_store.ts";
import { ofBytes, Row, type RowName } from "./hour_rows.ts";
import { type Sums, sumsAsNumbers, sumsOfNumbers } from "./sums.ts";

/** Who called. */
export type MemberName = Pick<RowName, "tokenId" | "person" | "email">;

/** What was called. */
export type ToolName = Pick<RowName, "serverId" | "server" | "method" | "tool">;

/** The rows of a block: by member, by tool, and by both, which are named by their places. */
export interface BlockRows {
  members: { name: MemberName; sums: Sums }[];
  tools: { name: ToolName; sums: Sums }[];
  pairs: { member: number; tool: number; sums: Sums }[];
}

/** A piece of a table, in JSON; a row is its names and then its numbers. */
const Piece = z.object({ outcomes: z.array(Outcome), rows: z.array(Row) });

/** Tools are few; members and the numbers of thousands of rows are checked by hand. */
const Tool = z.tuple([ServerId.nullable(), z.string().nullable(), RecordedMethod, z.string()]);

/** A value may have 64 KiB. */
const PIECE_BYTES = 48 * 1024;

/** Rows as they are stored: some of a table in each piece. */
export function encodeBlock({ members, tools, pairs }: BlockRows, baseMs: number): Pieces {
  return {
    members: inPieces(members, ({ name: { tokenId, person, email }, sums }) => {
      return [tokenId, person, email, ...sumsAsNumbers(sums, baseMs)];
    }),
    tools: inPieces(tools, ({ name: { serverId, server, method, tool }, sums }) => {
      return [serverId, server, method, tool, ...sumsAsNumbers(sums, baseMs)];
    }),
    pairs: inPieces(pairs, ({ member, tool, sums }) => {
      return [member, tool, ...sumsAsNumbers(sums, baseMs)];
    }),
  };
}

/** Reads the rows of the pieces that were read. Throws when they are none. */
export function decodeBlock(pieces: Pieces, baseMs: number): BlockRows {
  return {
    members: rowsIn(pieces.members, (row, outcomes) => {
      return { name: memberOf(row), sums: sumsOfNumbers(row, 3, outcomes, baseMs) };
    }),
    tools: rowsIn(pieces.tools, (row, outcomes) => {
      const [serverId, server, method, tool] = Tool.parse(row.slice(0, 4));
      const sums = sumsOfNumbers(row, 4, outcomes, baseMs);
      return { name: { serverId, server, method, tool }, sums };
    }),
    pairs: rowsIn(pieces.pairs, (row, outcomes) => {
      const sums = sumsOfNumbers(row, 2, outcomes, baseMs);
      return { member: Number(row[0]), tool: Number(row[1]), sums };
    }),
  };
}

function memberOf([tokenId, person, email]: readonly unknown[]): MemberName {
  if (typeof person === "string" && (email === null || typeof email === "string")) {
    return { tokenId: TokenId.parse(tokenId), person, email };
  }
  throw new TypeError("No row of a member");
}

function inPieces<Row>(rows: readonly Row[], encode: (row: Row) => unknown[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let texts: string[] = [];
  let sizeBytes = 0;
  const close = () => {
    if (texts.length > 0) pieces.push(pieceOf(texts));
    [texts, sizeBytes] = [[], 0];
  };

  for (const row of rows) {
    const text = JSON.stringify(encode(row));
    const bytes = bytesOf(text) + 1;
    if (sizeBytes + bytes > PIECE_BYTES) close();
    texts.push(text);
    sizeBytes += bytes;
  }
  close();
  return pieces;
}

/** How many bytes a text takes; only those beyond ASCII have to be encoded for that. */
function bytesOf(text: string): number {
  // deno-lint-ignore no-control-regex
  return /^[\x00-\x7f]*$/.test(text) ? text.length : new TextEncoder().encode(text).length;
}

function pieceOf(texts: readonly string[]): Uint8Array {
  const head = JSON.stringify(Outcome.options);
  return new TextEncoder().encode(`{"outcomes":${head},"rows":[${texts.join(",")}]}`);
}

function rowsIn<Row>(
  pieces: readonly Uint8Array[],
  decode: (row: unknown[], outcomes: Outcome[]) => Row,
): Row[] {
  return pieces.flatMap((bytes) => {
    const { outcomes, rows } = Piece.parse(ofBytes(bytes));
    return rows.map((row) => decode(row, outcomes));
  });
}
