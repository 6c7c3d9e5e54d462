import { z } from "zod";
import { refusal } from "../../../../../core/errors.ts";
import { SinkInput } from "../../../../../core/sinks/sink.ts";
import { Checked, Lines, optional } from "../../../(_http)/form_input.ts";

const { include, workspaces, kind, name, url, from } = SinkInput.shape;
const HeaderValue = z.string().max(4096, "must have at most 4096 characters");

const Shared = {
  name,
  include: z.array(z.string()).default([]).pipe(include.unwrap()),
  workspaces: Lines.transform((list) => list.length === 0 ? null : list)
    .pipe(workspaces.unwrap()),
  gzip: Checked,
  /** A header with its value, which is in a field whose content is never shown again. */
  header: z.string().trim().max(100, "must have at most 100 characters").default(""),
  value: HeaderValue.default(""),
};

/** What the form of a new sink sends. */
export const SinkFields = z.object({ ...Shared, kind, url, from: from.unwrap() });

/** What the form of one that there is sends; without a URL it keeps its own. */
export const SinkChangeFields = z.object({ ...Shared, url: optional(url) });

/** Which of its headers goes. */
export const HeaderFields = z.object({ name: z.string() });

/** The header that a form sets; none when both of its fields are empty. Throws `invalid_input`. */
export function headersOf(
  { header, value }: { header: string; value: string },
): Record<string, string> {
  if (header === "" && value === "") return {};
  if (header === "") {
    throw refusal("invalid_input", "Say which header carries this value.", "header");
  }
  if (value === "") throw refusal("invalid_input", "Give the header its value.", "value");
  return { [header]: value };
}
