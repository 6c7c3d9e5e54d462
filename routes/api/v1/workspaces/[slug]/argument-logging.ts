import { readOptionalInput } from "../../../../../core/api/read_input.ts";
import { ArgumentLoggingInput } from "../../../../../core/arguments/argument_logging.ts";
import {
  keepArguments,
  stopKeepingArguments,
} from "../../../../../core/arguments/change_argument_logging.ts";
import { viewWorkspace } from "../../../../../core/workspaces/view_workspace.ts";
import { apiActor } from "../../../(_http)/api_actor.ts";
import { byMethod } from "../../../(_http)/by_method.ts";

export const handler = byMethod({
  async PUT(ctx) {
    const { services } = ctx.state;
    const input = await readOptionalInput(ctx.req, ArgumentLoggingInput);
    const workspace = await keepArguments(services, apiActor(ctx), ctx.params.slug, input);
    return Response.json(await viewWorkspace(services, workspace));
  },

  async DELETE(ctx) {
    const { services } = ctx.state;
    const workspace = await stopKeepingArguments(services, apiActor(ctx), ctx.params.slug);
    return Response.json(await viewWorkspace(services, workspace));
  },
});
