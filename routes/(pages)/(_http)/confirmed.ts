import { z } from "zod";
import { refusal } from "../../../core/errors.ts";

/** The field of a form that asks for the name of what is lost. */
export const ConfirmFields = z.object({ confirm: z.string().trim() });

/** Refuses what was not confirmed by its name. Throws `invalid_input`. */
export function confirmed(word: string, { confirm }: z.infer<typeof ConfirmFields>): void {
  if (confirm === word) return;
  throw refusal(
    "invalid_input",
    `Type exactly ${word} to confirm; nothing was changed.`,
    "confirm",
  );
}
