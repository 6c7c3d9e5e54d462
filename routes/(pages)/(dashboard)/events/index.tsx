import { page } from "fresh";
import { EventParams } from "../../../../core/api/queries.ts";
import { define } from "../../../../define.ts";
import Live from "../../../../islands/Live.tsx";
import PageHeader from "../../(_components)/PageHeader.tsx";
import FilterChips from "../(_components)/FilterChips.tsx";
import RecordTabs from "../(_components)/RecordTabs.tsx";
import { readFilters } from "../(_http)/filters.ts";
import EventFilters, { EVENT_FILTERS } from "./(_components)/EventFilters.tsx";
import EventList from "./(_components)/EventList.tsx";

const ROWS = 25;

const PageParams = EventParams.extend({ limit: EventParams.shape.limit.default(ROWS) });

export const handler = define.handlers({
  async GET(ctx) {
    const { services } = ctx.state;
    const filters = await readFilters(ctx.url, PageParams, async ({ limit, cursor, ...filter }) => {
      const query = { limit, cursor: cursor ?? null };
      const { items, nextCursor } = await services.events.list(filter, query);
      return { events: items, nextCursor, isFirst: query.cursor === null };
    });
    const status = filters.wanted === null ? 400 : 200;
    return page({ ...filters, now: services.now().toISOString() }, { status });
  },
});

export default define.page<typeof handler>(({ data: { form, wanted, now }, url }) => (
  <>
    <PageHeader
      title="Events"
      beside={wanted?.isFirst === true && <Live topics={["events"]} />}
      lead="What you should see that no admin did: secrets that came back, tools that changed, servers that stopped answering."
    />
    <RecordTabs current="/events" />
    <EventFilters form={form} />
    <FilterChips url={url} names={EVENT_FILTERS} />
    {wanted === null
      ? <p class="problem" role="alert">Nothing was searched for: see what is marked above.</p>
      : <EventList {...wanted} url={url} now={now} />}
  </>
));
