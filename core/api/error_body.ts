import { z } from "zod";
import { ERROR_KINDS, type GatewayError } from "../errors.ts";

const CODES = Object.keys(ERROR_KINDS);

/** The one shape in which the admin API says no. */
export const ErrorBody = z.object({
  error: z.object({
    code: z.enum(CODES),
    /** One sentence with what was wrong and what to do. */
    message: z.string(),
    /** Path of the field that is wrong, when it is one field. */
    field: z.string().optional(),
  }),
});
export type ErrorBody = z.infer<typeof ErrorBody>;

/** An error as the admin API shows it. */
export function errorBody(
  { code, publicMessage, field }: GatewayError,
): ErrorBody {
  return { error: { code, message: publicMessage, field } };
}
