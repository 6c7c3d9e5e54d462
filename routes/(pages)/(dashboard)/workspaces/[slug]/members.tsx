import { page } from "fresh";
import type { WorkspacePerson } from "../../../../../core/members/workspace_people.ts";
import { peopleOf } from "../../../../../core/members/workspace_people.ts";
import {
  readOwnStates,
  readWantedSecrets,
} from "../../../../../core/members/read_wanted_secrets.ts";
import {
  lastCallOf,
  readTokenUse,
  type TokenUse,
} from "../../../../../core/overview/read_token_use.ts";
import type { LastCall } from "../../../../../core/overview/overview.ts";
import { viewToken } from "../../../../../core/tokens/view_token.ts";
import { findWorkspace } from "../../../../../core/workspaces/find_workspace.ts";
import { viewWorkspace } from "../../../../../core/workspaces/view_workspace.ts";
import { define } from "../../../../../define.ts";
import Card from "../../../(_components)/Card.tsx";
import EmptyState from "../../../(_components)/EmptyState.tsx";
import { readTableQuery, tablePage } from "../../../(_http)/table_query.ts";
import PeopleTable from "../../(_components)/people/PeopleTable.tsx";
import WorkspaceFrame from "../../(_components)/WorkspaceFrame.tsx";

export const handler = define.handlers({
  async GET({ url, params, state: { services } }) {
    const found = await findWorkspace(services, params.slug);
    const [workspace, tokens, use, wanted] = await Promise.all([
      viewWorkspace(services, found),
      services.tokenLists.list(found.id),
      readTokenUse(services, [found]),
      readWantedSecrets(services, found.id),
    ]);

    const now = services.now();
    const people = peopleOf(tokens, now);
    const table = tablePage(people, readTableQuery(url), {
      search: ({ name, email, tokens }) => [
        name,
        email,
        ...tokens.map(({ visibleStart }) => visibleStart),
      ],
      sort: { name: ({ name }) => name, tokens: ({ tokens }) => tokens.length },
    });
    const shown = table.rows.map(({ member }) => member);
    const states = await readOwnStates(services, wanted, shown);
    const rows = table.rows.map((person) => ({
      ...person,
      tokens: person.tokens.map((token) => viewToken(token, now)),
      lastCall: lastCallOfAll(use.get(found.id), person),
      secrets: states.get(person.member) ?? [],
    }));
    return page({
      workspace,
      table: { ...table, rows },
      isEmpty: people.length === 0,
      wantsSecrets: wanted.length > 0,
      now: now.toISOString(),
    });
  },
});

/** When a person last called, with whichever token. */
function lastCallOfAll(use: TokenUse | undefined, { tokens }: WorkspacePerson): LastCall {
  const calls = tokens.map((token) => lastCallOf(use, token));
  const times = calls.flatMap((call) => typeof call === "string" ? [] : [call.at]).sort();
  const last = times.at(-1);
  if (last !== undefined) return { at: last };
  return calls.includes("not lately") ? "not lately" : "never";
}

export default define.page<typeof handler>(({ data, url }) => {
  const { workspace, table, isEmpty, wantsSecrets, now } = data;
  const base = `/workspaces/${workspace.slug}`;
  return (
    <WorkspaceFrame
      workspace={workspace}
      pathname={url.pathname}
      topics={["changes", `calls:${workspace.slug}`]}
    >
      {isEmpty
        ? (
          <div class="card">
            <EmptyState
              title="Nobody is in this workspace yet"
              action={{ title: "See its tokens", path: `${base}/tokens` }}
            >
              <p>
                Who has a token is a member; an e-mail address makes several tokens one person's.
              </p>
            </EmptyState>
          </div>
        )
        : (
          <Card id="members" title="Members">
            <PeopleTable
              url={url}
              base={base}
              table={table}
              wantsSecrets={wantsSecrets}
              now={now}
            />
          </Card>
        )}
    </WorkspaceFrame>
  );
});
