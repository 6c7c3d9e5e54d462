import { define } from "../define.ts";

/** Whether the process should be sent requests; what keeps it from that is named. */
export const handler = define.handlers({
  GET: async (ctx) => {
    const report = await ctx.state.services.readiness.report();
    const headers = { "cache-control": "no-store" };
    return Response.json(report, { status: report.ready ? 200 : 503, headers });
  },
});
