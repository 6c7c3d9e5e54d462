import type { z } from "zod";
import { GatewayError } from "../errors.ts";

/** How many keys one `getMany` takes. */
const GET_MANY_LIMIT = 10;

/** A stored value as its type, or `null` for absence. Throws `internal`. */
export function parseEntry<Schema extends z.ZodType>(
  schema: Schema,
  entry: Deno.KvEntryMaybe<unknown>,
): z.output<Schema> | null {
  if (entry.versionstamp === null) return null;
  return parseRecord(schema, entry);
}

/**
 * A stored value as its type.
 *
 * Throws `internal`, which names the key and the fields but never a value, when
 * the record is not what this version of the product stores.
 */
export function parseRecord<Schema extends z.ZodType>(
  schema: Schema,
  entry: { key: Deno.KvKey; value: unknown },
): z.output<Schema> {
  const { success, data, error } = schema.safeParse(entry.value);
  if (success) return data;

  const fields = error.issues.map((issue) => issue.path.join(".") || "(all)");
  const where = `record ${JSON.stringify(entry.key)}`;
  throw new GatewayError("internal", `Cannot read ${where}: wrong in ${fields}`);
}

/** Every record under a prefix; for lists whose length a limit bounds. */
export async function listRecords<Schema extends z.ZodType>(
  kv: Deno.Kv,
  schema: Schema,
  prefix: Deno.KvKey,
): Promise<z.output<Schema>[]> {
  const records: z.output<Schema>[] = [];
  for await (const entry of kv.list({ prefix })) {
    records.push(parseRecord(schema, entry));
  }
  return records;
}

/** Many keys at once, in their order, in groups that every server accepts. */
export async function getAll(
  kv: Deno.Kv,
  keys: readonly Deno.KvKey[],
): Promise<Deno.KvEntryMaybe<unknown>[]> {
  const groups: Deno.KvKey[][] = [];
  for (let start = 0; start < keys.length; start += GET_MANY_LIMIT) {
    groups.push(keys.slice(start, start + GET_MANY_LIMIT));
  }

  const entries = await Promise.all(
    groups.map((group) => kv.getMany<unknown[]>(group)),
  );
  return entries.flat();
}

/**
 * Makes a commit fail when the owner changed since it was read, and makes every
 * other writer that read the same owner fail.
 *
 * A prefix cannot be checked for new members, so whoever changes what belongs to
 * a server or a workspace writes the owner's record again, unchanged. Counts,
 * names and the list of workspaces to touch then hold at the commit.
 */
export function holdOwner(
  atomic: Deno.AtomicOperation,
  owner: Deno.KvEntryMaybe<unknown>,
): Deno.AtomicOperation {
  atomic.check(owner);
  return owner.versionstamp === null ? atomic : atomic.set(owner.key, owner.value);
}
