import { z } from "zod";
import { TokenInput } from "../../../core/tokens/token.ts";
import { optional } from "./form_input.ts";
import { TokenLimitFields } from "./limit_fields.ts";
import { PolicyFields } from "./policy_fields.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/** The fields of the form that makes a token. */
export const NewTokenFields = z.object({
  formId: z.string().regex(/^[0-9a-z]{24}$/, "must be the one that the page was sent with"),
  name: TokenInput.shape.name,
  email: optional(z.string().trim().pipe(TokenInput.shape.email.unwrap())),
  lasts: z.enum(["30", "90", "365", "date", "never"]),
  /** The last day; read where it lasts until a date. */
  expiresAt: optional(z.iso.date("must be a date, such as 2030-01-31")),
  policy: PolicyFields,
  limits: TokenLimitFields,
}).superRefine(({ lasts, expiresAt }, ctx) => {
  if (lasts !== "date" || expiresAt !== undefined) return;
  ctx.addIssue({ code: "custom", path: ["expiresAt"], message: "must be filled in" });
});

/** What core makes a token of. */
export function tokenInputOf(fields: z.output<typeof NewTokenFields>, now: Date): TokenInput {
  const { name, email, policy, limits } = fields;
  return { name, email, expiresAt: expiryOf(fields, now), policy, limits };
}

function expiryOf(
  { lasts, expiresAt }: z.output<typeof NewTokenFields>,
  now: Date,
): string | undefined {
  if (lasts === "never") return undefined;
  if (lasts === "date") return `${expiresAt}T23:59:59Z`;
  return new Date(now.getTime() + Number(lasts) * DAY_MS).toISOString();
}
