import { readInput } from "../../../../../core/api/read_input.ts";
import { findSink } from "../../../../../core/sinks/find_sink.ts";
import { removeSink } from "../../../../../core/sinks/remove_sink.ts";
import { SinkChange } from "../../../../../core/sinks/sink.ts";
import { updateSink } from "../../../../../core/sinks/update_sink.ts";
import { viewSink } from "../../../../../core/sinks/view_sink.ts";
import { apiActor } from "../../../(_http)/api_actor.ts";
import { byMethod } from "../../../(_http)/by_method.ts";

export const handler = byMethod({
  async GET(ctx) {
    const { services } = ctx.state;
    const sink = await findSink(services, ctx.params.sink);
    return Response.json(await viewSink(services, sink));
  },

  async PATCH(ctx) {
    const { services } = ctx.state;
    const change = await readInput(ctx.req, SinkChange);
    const sink = await updateSink(services, apiActor(ctx), ctx.params.sink, change);
    return Response.json(await viewSink(services, sink));
  },

  async DELETE(ctx) {
    await removeSink(ctx.state.services, apiActor(ctx), ctx.params.sink);
    return new Response(null, { status: 204 });
  },
});
