import { WorkspaceId } from "../ids.ts";
import { commitOnce } from "../kv/commit.ts";
import { keys, prefixes } from "../kv/keys.ts";
import { getAll, parseRecord } from "../kv/records.ts";
import { type Block, BlockHead, endMs, type Table, TABLES } from "./block.ts";
import { lengthMs, type Level, LEVELS, startMs, timeText } from "./spans.ts";

/** How many keys one commit deletes. */
const DELETE_AT_ONCE = 500;

/** How many pieces one commit writes; each has at most 48 KiB. */
const PIECES_AT_ONCE = 12;

/** The head of a block, as it was read. */
export interface PlacedBlock {
  startMs: number;
  head: BlockHead;
  entry: Deno.KvEntry<unknown>;
}

/** A note that a block has to be built, as it was read. */
export interface BlockTodo {
  block: Block;
  versionstamp: string;
}

/** The pieces of a block's tables. */
export type Pieces = Record<Table, Uint8Array[]>;

/**
 * Keeps what was added up of longer stretches of time. No other module writes their keys.
 *
 * A head and a note that the block has to be built are never there at once: whoever counts a
 * call deletes the one and writes the other, and a built head takes the note's place.
 */
export class BlockStore {
  readonly #kv: Deno.Kv;
  readonly #now: () => Date;

  constructor(kv: Deno.Kv, { now }: { now: () => Date }) {
    this.#kv = kv;
    this.#now = now;
  }

  /** The blocks that have to be built and were over at this time, the earliest first. */
  async *due(beforeMs: number): AsyncGenerator<BlockTodo> {
    const selector = {
      prefix: prefixes.rollTodos,
      end: [...prefixes.rollTodos, timeText(beforeMs)],
    };
    for await (const { key, versionstamp } of this.#kv.list(selector)) {
      const [, end, rank, workspaceId] = key;
      const level = LEVELS[Number(rank)];
      const startMs = Date.parse(String(end)) - lengthMs(level);
      const block = { workspaceId: WorkspaceId.parse(workspaceId), level, startMs };
      yield { block, versionstamp };
    }
  }

  /** Notes down that a block has to be built anew. */
  async outdate(block: Block, lifeMs: number): Promise<void> {
    await this.#kv.atomic().delete(blockKey(block))
      .set(todoKey(block), {}, { expireIn: lifeMs }).commit();
  }

  /** The blocks of a level that begin in a period, the earliest first. */
  async *between(
    workspaceId: WorkspaceId,
    level: Level,
    fromMs: number,
    toMs: number,
  ): AsyncGenerator<PlacedBlock> {
    if (fromMs >= toMs) return;
    const start = blockKey({ workspaceId, level, startMs: fromMs });
    const end = blockKey({ workspaceId, level, startMs: toMs });
    yield* this.#list({ start, end });
  }

  /** All blocks of a level. */
  all(workspaceId: WorkspaceId, level: Level): AsyncGenerator<PlacedBlock> {
    return this.#list({ prefix: prefixes.rollBlocks(workspaceId, level) });
  }

  /** One block; `null` when it is not built, or forgotten. */
  async find(block: Block): Promise<PlacedBlock | null> {
    const entry = await this.#kv.get(blockKey(block));
    return entry.versionstamp === null ? null : this.#placed(entry);
  }

  /** The pieces of these tables; `null` when one is gone, since the block is built anew. */
  async pieces(
    block: Block,
    head: BlockHead,
    tables: readonly Table[],
  ): Promise<Pieces | null> {
    const wanted = tables.flatMap((table) =>
      Array.from({ length: head.pieces[table] ?? 0 }, (_, index) => ({ table, index }))
    );
    const entries = await getAll(
      this.#kv,
      wanted.map(({ table, index }) => pieceKey(block, head.generation, table, index)),
    );
    const pieces: Pieces = { members: [], tools: [], pairs: [] };
    for (const [at, { value }] of entries.entries()) {
      if (!(value instanceof Uint8Array)) return null;
      pieces[wanted[at].table].push(value);
    }
    return pieces;
  }

  /**
   * Deletes what builds of a block left that were not finished or are not valid any more;
   * `false` when the note is not the one that was read, and nothing is ours to delete.
   */
  async clearPieces(todo: BlockTodo): Promise<boolean> {
    const { workspaceId, level, startMs } = todo.block;
    const prefix = prefixes.rollPieces(workspaceId, level, timeText(startMs));
    const old: Deno.KvKey[] = [];
    for await (const { key } of this.#kv.list({ prefix })) {
      if (key[prefix.length] !== todo.versionstamp) old.push(key);
    }
    return await this.#inParts(todo, old, DELETE_AT_ONCE, (atomic, key) => atomic.delete(key));
  }

  /**
   * Writes the pieces of a block, some with each commit; `written` is told after each.
   * `false` when the note is not the one that was read.
   */
  writePieces(
    todo: BlockTodo,
    { head, pieces }: { head: BlockHead; pieces: Pieces },
    written: () => Promise<void>,
  ): Promise<boolean> {
    const all = TABLES.flatMap((table) =>
      pieces[table].map((bytes, index) => {
        return { key: pieceKey(todo.block, head.generation, table, index), bytes };
      })
    );
    const expireIn = this.#lifeMs(head);
    return this.#inParts(todo, all, PIECES_AT_ONCE, (atomic, { key, bytes }) => {
      atomic.set(key, bytes, { expireIn });
    }, written);
  }

  /**
   * Puts a built block in the place of the note, or nothing where there is nothing to keep;
   * `false` when calls were counted meanwhile.
   */
  finish({ block, versionstamp }: BlockTodo, head: BlockHead | null): Promise<boolean> {
    const key = todoKey(block);
    const atomic = this.#kv.atomic().check({ key, versionstamp }).delete(key);
    if (head !== null) atomic.set(blockKey(block), head, { expireIn: this.#lifeMs(head) });
    return commitOnce(atomic);
  }

  async #inParts<Item>(
    { block, versionstamp }: BlockTodo,
    all: readonly Item[],
    atOnce: number,
    add: (atomic: Deno.AtomicOperation, item: Item) => void,
    written: () => Promise<void> = () => Promise.resolve(),
  ): Promise<boolean> {
    for (let at = 0; at < all.length; at += atOnce) {
      const atomic = this.#kv.atomic().check({ key: todoKey(block), versionstamp });
      for (const item of all.slice(at, at + atOnce)) add(atomic, item);
      if (!await commitOnce(atomic)) return false;
      await written();
    }
    return true;
  }

  async *#list(selector: Deno.KvListSelector): AsyncGenerator<PlacedBlock> {
    for await (const entry of this.#kv.list(selector)) {
      const placed = this.#placed(entry);
      if (placed !== null) yield placed;
    }
  }

  #placed(entry: Deno.KvEntry<unknown>): PlacedBlock | null {
    const head = parseRecord(BlockHead, entry);
    if (Date.parse(head.expiresAt) <= this.#now().getTime()) return null;
    return { startMs: Date.parse(String(entry.key.at(-1))), head, entry };
  }

  #lifeMs({ expiresAt }: BlockHead): number {
    return Math.max(1, Date.parse(expiresAt) - this.#now().getTime());
  }
}

/** Has blocks that an hour belongs to be built anew; until then nobody reads them. */
export function outdateBlocks(
  atomic: Deno.AtomicOperation,
  workspaceId: WorkspaceId,
  hourMs: number,
  { levels, expireIn }: { levels: readonly Level[]; expireIn: number },
): void {
  for (const level of levels) {
    const block = { workspaceId, level, startMs: startMs(level, hourMs) };
    atomic.delete(blockKey(block)).set(todoKey(block), {}, { expireIn });
  }
}

function todoKey(block: Block): Deno.KvKey {
  return keys.rollTodo(timeText(endMs(block)), LEVELS.indexOf(block.level), block.workspaceId);
}

function blockKey({ workspaceId, level, startMs }: Block): Deno.KvKey {
  return keys.rollBlock(workspaceId, level, timeText(startMs));
}

function pieceKey(
  { workspaceId, level, startMs }: Block,
  generation: string,
  table: Table,
  index: number,
): Deno.KvKey {
  return keys.rollPiece(workspaceId, level, timeText(startMs), generation, table, index);
}
