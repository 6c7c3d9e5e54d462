import type { Token } from "../tokens/token.ts";
import { tokenStatus } from "../tokens/token.ts";
import { memberEmail } from "./member.ts";
import { type MemberKey, memberKeyOf } from "./member_key.ts";

/** A person of one workspace, with the tokens that they have there. */
export interface WorkspacePerson {
  member: MemberKey;
  /** As the newest of the tokens says it. */
  name: string;
  email: string | null;
  /** Those that were not revoked, the newest first. */
  tokens: Token[];
  /** How many of them open the workspace now. */
  active: number;
}

/**
 * The people of a workspace, by name: those who have a token that was not revoked. Who has an
 * e-mail address is one person with all tokens of that address.
 */
export function peopleOf(tokens: readonly Token[], now: Date): WorkspacePerson[] {
  const byMember = new Map<MemberKey, Token[]>();
  for (const token of tokens) {
    if (token.revokedAt !== null || token.playground !== undefined) continue;
    const member = memberKeyOf(token);
    const own = byMember.get(member);
    if (own === undefined) byMember.set(member, [token]);
    else own.push(token);
  }

  const people = [...byMember].map(([member, own]): WorkspacePerson => {
    own.sort((a, b) => a.createdAt < b.createdAt ? 1 : -1);
    const [{ name, email }] = own;
    const active = own.filter((token) => tokenStatus(token, now) === "active").length;
    return { member, name, email: email === null ? null : memberEmail(email), tokens: own, active };
  });
  return people.sort((a, b) => a.name.localeCompare(b.name, "en"));
}
