import { readEventFilter, readPageQuery } from "../../../core/api/queries.ts";
import { byMethod } from "../(_http)/by_method.ts";

export const handler = byMethod({
  async GET(ctx) {
    const { services } = ctx.state;
    const filter = readEventFilter(ctx.url);
    return Response.json(await services.events.list(filter, readPageQuery(ctx.url)));
  },
});
