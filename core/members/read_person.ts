import type { TallySource } from "../analytics/tally_source.ts";
import type { LastCall } from "../overview/overview.ts";
import { lastCallOf, readTokenUse } from "../overview/read_token_use.ts";
import type { SecretStore } from "../secrets/secret_store.ts";
import type { ServerStore } from "../servers/server_store.ts";
import type { TokenView } from "../tokens/token.ts";
import { viewToken } from "../tokens/view_token.ts";
import type { WorkspaceStore } from "../workspaces/workspace_store.ts";
import { noMember } from "./find_member.ts";
import type { MemberSecretStore } from "./member_secret_store.ts";
import type { MemberStore } from "./member_store.ts";
import { readOwnSecrets, type SetSecret } from "./read_own_secrets.ts";

/** A token of a person, and where it leads. */
export interface PersonToken extends TokenView {
  workspace: { slug: string; name: string };
  lastCall: LastCall;
}

/** Where a person has access, and what is theirs. */
export interface PersonDetails {
  email: string;
  /** As their tokens say it. */
  names: string[];
  /** Those that were not revoked, by workspace. */
  tokens: PersonToken[];
  secrets: SetSecret[];
}

interface Deps {
  members: MemberStore;
  memberSecrets: MemberSecretStore;
  workspaces: WorkspaceStore;
  servers: ServerStore;
  secrets: SecretStore;
  tallies: TallySource;
  now: () => Date;
}

/** A person as an admin sees them. Throws `not_found` when nobody ever had a token by it. */
export async function readPerson(deps: Deps, email: string): Promise<PersonDetails> {
  const member = await deps.members.get(email);
  if (member === null) throw noMember(email);

  const ids = [...new Set(member.tokens.map(({ workspaceId }) => workspaceId))];
  const workspaces = await deps.workspaces.getMany(ids);
  const [use, secrets] = await Promise.all([
    readTokenUse(deps, workspaces),
    readOwnSecrets(deps, email),
  ]);

  const now = deps.now();
  const tokens = workspaces.sort((a, b) => a.slug < b.slug ? -1 : 1).flatMap((workspace) => {
    const own = member.tokens.filter(({ workspaceId }) => workspaceId === workspace.id);
    return own.map((token): PersonToken => ({
      ...viewToken(token, now),
      workspace: { slug: workspace.slug, name: workspace.name },
      lastCall: lastCallOf(use.get(workspace.id), token),
    }));
  });
  return {
    email: member.email,
    names: [...new Set(tokens.map(({ name }) => name))],
    tokens,
    secrets,
  };
}
