import { readPageQuery } from "../../../../../core/api/queries.ts";
import { readInput } from "../../../../../core/api/read_input.ts";
import { ReviewInput } from "../../../../../core/definitions/definition_change.ts";
import { listDefinitionChanges } from "../../../../../core/definitions/list_definition_changes.ts";
import { reviewDefinitions } from "../../../../../core/definitions/review_definitions.ts";
import { apiActor } from "../../../(_http)/api_actor.ts";
import { byMethod } from "../../../(_http)/by_method.ts";

export const handler = byMethod({
  async GET(ctx) {
    const page = readPageQuery(ctx.url);
    return Response.json(await listDefinitionChanges(ctx.state.services, ctx.params.slug, page));
  },

  async POST(ctx) {
    const { services } = ctx.state;
    const input = await readInput(ctx.req, ReviewInput);
    const report = await reviewDefinitions(services, apiActor(ctx), ctx.params.slug, input);
    return Response.json(report);
  },
});
