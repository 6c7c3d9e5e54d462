import { readInput } from "../../../../core/api/read_input.ts";
import { addSink } from "../../../../core/sinks/add_sink.ts";
import { SinkInput } from "../../../../core/sinks/sink.ts";
import { viewSink } from "../../../../core/sinks/view_sink.ts";
import { apiActor } from "../../(_http)/api_actor.ts";
import { byMethod } from "../../(_http)/by_method.ts";

export const handler = byMethod({
  async GET(ctx) {
    const { services } = ctx.state;
    const sinks = await services.sinks.list();
    const items = await Promise.all(sinks.map((sink) => viewSink(services, sink)));
    return Response.json({ items, nextCursor: null });
  },

  async POST(ctx) {
    const { services } = ctx.state;
    const input = await readInput(ctx.req, SinkInput);
    const sink = await addSink(services, apiActor(ctx), input);
    return Response.json(await viewSink(services, sink), { status: 201 });
  },
});
