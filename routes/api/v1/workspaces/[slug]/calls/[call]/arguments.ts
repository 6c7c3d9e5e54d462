import { readArguments } from "../../../../../../../core/arguments/read_arguments.ts";
import { apiActor } from "../../../../../(_http)/api_actor.ts";
import { byMethod } from "../../../../../(_http)/by_method.ts";

export const handler = byMethod({
  async GET(ctx) {
    const { slug, call: id } = ctx.params;
    return Response.json(await readArguments(ctx.state.services, apiActor(ctx), slug, id));
  },
});
