import type { WorkspaceStore } from "../workspaces/workspace_store.ts";
import type { MemberStore, Person } from "./member_store.ts";
import { viewMemberTokens } from "./view_member.ts";

/** A person as the list of people shows them. */
export interface PersonView extends Person {
  /** As their tokens say it. */
  names: string[];
  /** The slugs of the workspaces that they have tokens for. */
  slugs: string[];
}

/** What is to be shown of these people, each with a few reads. */
export async function readPeople(
  deps: { members: MemberStore; workspaces: WorkspaceStore },
  people: readonly Person[],
): Promise<PersonView[]> {
  const members = await Promise.all(people.map(({ email }) => deps.members.get(email)));
  const tokens = await viewMemberTokens(deps, members.flatMap((member) => member?.tokens ?? []));
  const byId = new Map(tokens.map((token) => [token.id, token]));

  return people.map((person, at) => {
    const own = (members[at]?.tokens ?? []).flatMap(({ id }) => byId.get(id) ?? []);
    return {
      ...person,
      names: [...new Set(own.map(({ name }) => name))],
      slugs: [...new Set(own.map(({ workspace }) => workspace))].sort(),
    };
  });
}
