import { openApiDocument } from "../../../core/api/openapi.ts";
import { byMethod } from "../(_http)/by_method.ts";

export const handler = byMethod({
  GET: (ctx) => Response.json(openApiDocument(ctx.state.services.config.publicUrl)),
});
