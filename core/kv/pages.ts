/** Which part of a list is wanted. */
export interface PageQuery {
  limit: number;
  /** Where the previous page ended; `null` for the first page. */
  cursor: string | null;
}

/** A part of a list, and where the next one begins. */
export interface Page<Item> {
  items: Item[];
  nextCursor: string | null;
}

/**
 * The entries of one page of a prefix, in the order of their keys.
 *
 * A cursor is the last part of the last key that was given: it stays good when
 * that record is gone, and any text is a place in the list.
 */
export async function listPage(
  kv: Deno.Kv,
  prefix: Deno.KvKey,
  { limit, cursor }: PageQuery,
): Promise<Page<Deno.KvEntry<unknown>>> {
  const selector = cursor === null ? { prefix } : { prefix, start: [...prefix, `${cursor}\0`] };
  const items = await Array.fromAsync(kv.list(selector, { limit: limit + 1 }));
  if (items.length <= limit) return { items, nextCursor: null };

  items.length = limit;
  return { items, nextCursor: String(items[limit - 1].key.at(-1)) };
}
