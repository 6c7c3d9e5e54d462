import { readAnalyticsParams } from "../../../../../core/api/queries.ts";
import { reportAnalytics } from "../../../../../core/api/report_analytics.ts";
import { byMethod } from "../../../(_http)/by_method.ts";

export const handler = byMethod({
  async GET(ctx) {
    const params = readAnalyticsParams(ctx.url);
    return Response.json(
      await reportAnalytics(ctx.state.services, ctx.params.slug, params),
    );
  },
});
