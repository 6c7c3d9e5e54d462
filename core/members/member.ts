import { z } from "zod";
import { TokenId } from "../ids.ts";
import { Slug } from "../slug.ts";

/** An e-mail address as a path names it, escaped or not. */
export const MemberPath = z.object({
  email: z.string().transform(unescaped).pipe(z.email("must be an e-mail address").max(254)),
});

/** One of a person's tokens, by where it leads. */
export const MemberToken = z.object({
  /** The slug of the workspace that it opens. */
  workspace: Slug,
  id: TokenId,
  name: z.string(),
  visibleStart: z.string(),
  createdAt: z.string(),
  expiresAt: z.string().nullable(),
});
export type MemberToken = z.infer<typeof MemberToken>;

/** A person, known by an e-mail address, with the tokens that were not revoked. */
export const MemberView = z.object({
  email: z.string(),
  /** By workspace, then in the order in which they were made. */
  tokens: z.array(MemberToken),
});
export type MemberView = z.infer<typeof MemberView>;

/** What offboarding a person has ended. */
export const Offboarding = z.object({
  email: z.string(),
  /** The tokens that were revoked; none when the person had no access any more. */
  revoked: z.array(MemberToken),
  /** How many secrets of their own went with them. */
  secretsRemoved: z.number().int(),
});
export type Offboarding = z.infer<typeof Offboarding>;

/** What a person is known by: the address without blanks around it, in lower case. */
export function memberEmail(email: string): string {
  return email.trim().toLowerCase();
}

/** No address has a percent sign, so what is not escaped any more stays as it is. */
function unescaped(text: string): string {
  try {
    return decodeURIComponent(text).trim();
  } catch {
    return text;
  }
}
