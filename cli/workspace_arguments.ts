import type { Command } from "commander";
import { apiPath } from "./api_path.ts";
import type { Session } from "./session.ts";
import { verb } from "./verb.ts";

/** `workspace arguments purge`. */
export function addWorkspaceArgumentsVerbs(workspaceArguments: Command, session: Session): void {
  verb(
    workspaceArguments,
    "purge <workspace>",
    "make all arguments that were kept unreadable for good, at once (owners only)",
    ["aerostack workspace arguments purge backend"],
  ).action((slug: string) => purge(session, slug));
}

async function purge(session: Session, slug: string): Promise<void> {
  const api = await session.api();
  await api.remove(apiPath`/workspaces/${slug}/arguments`);
  session.show(
    { purged: slug },
    `Nothing opens the arguments any more that were kept in ${slug} until now.`,
  );
}
