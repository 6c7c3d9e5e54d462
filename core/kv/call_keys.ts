import type { WorkspaceId } from "../ids.ts";

/** The keys of the log of calls, of what is kept beside it, and of what was added up of it. */
export const callKeys = {
  /** Written with every pack of calls, so that whoever follows the log wakes up. */
  callsBell: (workspace: WorkspaceId): [string, string] => ["calls_bell", workspace],
  /** Written with every pack of any workspace, for whoever follows all of them. */
  anyCallsBell: ["any_calls_bell"],
  /** A group of call records; the last part is the commit's versionstamp. */
  calls: (workspace: WorkspaceId, versionstamp: symbol | string) => [
    "calls",
    workspace,
    versionstamp,
  ],
  /** A part of the sealed arguments of calls, whose records have the same versionstamp. */
  callArguments: (workspace: WorkspaceId, part: number, versionstamp: symbol | string) => [
    "call_arguments",
    workspace,
    part,
    versionstamp,
  ],
  /** The key that a workspace's arguments are sealed with. */
  argumentKey: (workspace: WorkspaceId) => ["argument_key", workspace],

  /** Up to where the log of a workspace was added up. Hours have several books: see rollups. */
  rollMark: (workspace: WorkspaceId, book: string) => ["roll_mark", workspace, book],
  /** What was added up of one hour, and where its rows are. */
  rollHour: (workspace: WorkspaceId, book: string, hour: string) => [
    "roll_hour",
    workspace,
    book,
    hour,
  ],
  rollSegment: (
    workspace: WorkspaceId,
    book: string,
    hour: string,
    generation: string,
    id: number,
  ) => ["roll_segment", workspace, book, hour, generation, id],
  /** That a longer stretch of time has to be added up of its hours, once it is over. */
  rollTodo: (end: string, rank: number, workspace: WorkspaceId) => [
    "roll_todo",
    end,
    rank,
    workspace,
  ],
  /** What was added up of a longer stretch of time, and where its rows are. */
  rollBlock: (workspace: WorkspaceId, level: string, start: string) => [
    "roll_block",
    workspace,
    level,
    start,
  ],
  rollPiece: (
    workspace: WorkspaceId,
    level: string,
    start: string,
    generation: string,
    table: string,
    index: number,
  ) => ["roll_piece", workspace, level, start, generation, table, index],
};

/** Where the lists of each kind of these begin. */
export const callPrefixes = {
  calls: (workspace: WorkspaceId) => ["calls", workspace],
  allCalls: ["calls"],
  callsBells: ["calls_bell"],
  rollMarks: (workspace: WorkspaceId) => ["roll_mark", workspace],
  rollHours: (workspace: WorkspaceId, book: string) => ["roll_hour", workspace, book],
  rollSegments: (workspace: WorkspaceId, book: string) => ["roll_segment", workspace, book],
  rollTodos: ["roll_todo"],
  rollBlocks: (workspace: WorkspaceId, level: string) => ["roll_block", workspace, level],
  rollPieces: (workspace: WorkspaceId, level: string, start: string) => [
    "roll_piece",
    workspace,
    level,
    start,
  ],
  callArguments: (workspace: WorkspaceId, part: number) => ["call_arguments", workspace, part],
  argumentKeys: ["argument_key"],
} as const;
