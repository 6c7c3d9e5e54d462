import { readTailQuery } from "../../../../../../core/api/queries.ts";
import { findWorkspace } from "../../../../../../core/workspaces/find_workspace.ts";
import { byMethod } from "../../../../(_http)/by_method.ts";
import { mayStillRead, streamAnswer } from "../../../../(_http)/stream_answer.ts";

export const handler = byMethod({
  async GET(ctx) {
    const { services } = ctx.state;
    const { after, filter } = readTailQuery(ctx.url, ctx.req.headers);
    const workspace = await findWorkspace(services, ctx.params.slug);
    const mayRead = mayStillRead(ctx);
    const open = () => services.callStreams.tail({ workspace, filter, after, mayRead });
    return await streamAnswer(ctx.req, open, {
      "content-type": "text/event-stream",
      // Asks nginx and others not to hold events back.
      "x-accel-buffering": "no",
    });
  },
});
