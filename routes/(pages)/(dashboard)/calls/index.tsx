import { page } from "fresh";
import { searchCalls } from "../../../../core/calls/search_calls.ts";
import { define } from "../../../../define.ts";
import Live from "../../../../islands/Live.tsx";
import PageHeader from "../../(_components)/PageHeader.tsx";
import FilterChips from "../(_components)/FilterChips.tsx";
import { readFilters } from "../(_http)/filters.ts";
import CallFilters from "./(_components)/CallFilters.tsx";
import CallResults from "./(_components)/CallResults.tsx";
import { CallPageParams, callPageQuery } from "./(_http)/call_page_query.ts";

const ROWS = 25;

const FILTERS = {
  q: "Search",
  workspace: "Workspace",
  outcome: "Outcome",
  server: "Server",
  tool: "Tool",
  member: "Person",
  from: "From",
  to: "To",
};

export const handler = define.handlers({
  async GET(ctx) {
    const { services } = ctx.state;
    const workspaces = await services.workspaces.listAll();
    const { form, wanted } = await readFilters(ctx.url, CallPageParams, async (fields) => {
      const { workspace, filter, cursor } = callPageQuery(fields, workspaces);
      const logs = workspace === null ? workspaces : [workspace];
      const found = await searchCalls(services, { workspaces: logs, filter, cursor, limit: ROWS });
      return { found, workspace: workspace?.slug ?? null, isFirst: cursor === null };
    });
    return page({
      form,
      wanted,
      workspaces: workspaces.map(({ slug }) => slug),
      isFiltered: Object.keys(FILTERS).some((name) => form.values[name] !== undefined),
      now: services.now().toISOString(),
    }, { status: wanted === null ? 400 : 200 });
  },
});

export default define.page<typeof handler>(({ data, url }) => {
  const { form, wanted, workspaces, isFiltered, now } = data;
  const topic = wanted?.workspace === null
    ? "calls" as const
    : `calls:${wanted?.workspace}` as const;
  return (
    <>
      <PageHeader
        title="Calls"
        beside={wanted?.isFirst === true && <Live topics={[topic]} />}
        lead="Who called which tool, when, and how it ended: the last call on the record first."
      />
      <CallFilters form={form} workspaces={workspaces} />
      <FilterChips url={url} names={FILTERS} />
      {wanted === null
        ? <p class="problem" role="alert">Nothing was searched for: see what is marked above.</p>
        : <CallResults {...wanted} url={url} isFiltered={isFiltered} now={now} />}
    </>
  );
});
