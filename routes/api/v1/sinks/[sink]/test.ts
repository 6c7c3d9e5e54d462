import { testSink } from "../../../../../core/sinks/test_sink.ts";
import { byMethod } from "../../../(_http)/by_method.ts";

export const handler = byMethod({
  async POST(ctx) {
    const { req, params, state: { services } } = ctx;
    return Response.json(await testSink(services, params.sink, req.signal));
  },
});
