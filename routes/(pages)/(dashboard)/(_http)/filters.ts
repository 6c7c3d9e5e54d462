import type { z } from "zod";
import { readFormInput } from "../../../../core/api/parse_input.ts";
import { asGatewayError } from "../../../../core/errors.ts";
import type { FormState } from "../../(_http)/form_state.ts";

/** How a page's list is filtered by its address; `null` where that says something wrong. */
export interface Filters<Wanted> {
  /** The fields as they stand in the address, each wrong one with a sentence. */
  form: FormState;
  wanted: Wanted | null;
}

/**
 * Reads the filters in an address: a field that is empty is not given. `read` makes of the fields
 * what is wanted, and may refuse them, naming the field.
 */
export async function readFilters<Schema extends z.ZodType, Wanted>(
  url: URL,
  schema: Schema,
  read: (fields: z.output<Schema>) => Wanted | Promise<Wanted>,
): Promise<Filters<Wanted>> {
  const fields = givenFields(url);
  const values = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, [value]]));
  const form: FormState = { intent: "", of: "filter", values, problems: {}, problem: null };

  const parsed = readFormInput(schema, fields);
  if ("problems" in parsed) return { form: { ...form, problems: parsed.problems }, wanted: null };
  try {
    return { form, wanted: await read(parsed.value) };
  } catch (thrown) {
    const { field, publicMessage } = asGatewayError(thrown);
    if (field === undefined) throw thrown;
    return { form: { ...form, problems: { [field]: publicMessage } }, wanted: null };
  }
}

/** The fields in an address, without spaces at their edges and without those that are empty. */
export function givenFields(url: URL): Record<string, string> {
  const all = [...url.searchParams].map(([name, value]) => [name, value.trim()] as const);
  return Object.fromEntries(all.filter(([, value]) => value !== ""));
}
