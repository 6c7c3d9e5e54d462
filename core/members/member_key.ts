import { z } from "zod";
import { memberEmail } from "./member.ts";

/** Whose a member's own secrets are: a person's, by their e-mail address, or one token's. */
export const MemberKey = z.string().regex(/^(email:.+|token:tok_[0-9a-z]+)$/).brand<"MemberKey">();
export type MemberKey = z.infer<typeof MemberKey>;

/**
 * Whose secrets a token brings along.
 *
 * With an e-mail address the person's, whichever of their tokens that is, in every
 * workspace; without one those of this token alone.
 */
export function memberKeyOf({ id, email }: { id: string; email: string | null }): MemberKey {
  return MemberKey.parse(email === null ? `token:${id}` : `email:${memberEmail(email)}`);
}
