import { refusal } from "../errors.ts";
import { quote } from "../quote.ts";
import type { WorkspaceStore } from "../workspaces/workspace_store.ts";
import { memberEmail, type MemberView } from "./member.ts";
import type { MemberStore } from "./member_store.ts";
import { viewMemberTokens } from "./view_member.ts";

/** The person of an e-mail address. Throws `not_found` when nobody ever had a token by it. */
export async function findMember(
  deps: { members: MemberStore; workspaces: WorkspaceStore },
  email: string,
): Promise<MemberView> {
  const member = await deps.members.get(email);
  if (member === null) throw noMember(email);
  return { email: member.email, tokens: await viewMemberTokens(deps, member.tokens) };
}

/** What is said of an address that no token was ever made for. */
export function noMember(email: string): Error {
  return refusal(
    "not_found",
    `Nobody has or had a token by the e-mail address ${quote(memberEmail(email))}; list the ` +
      "members to see who has. A token that was made without an address is revoked by its id.",
  );
}
