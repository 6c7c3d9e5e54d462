import { GatewayError } from "../../../core/errors.ts";
import { define } from "../../../define.ts";
import { MAX_QUERY_CHARS } from "../(_http)/table_query.ts";
import { findPlaces } from "./(_palette)/find_places.ts";

/** What the palette shows for what was typed into it; for its script alone. */
export const handler = define.handlers({
  async GET(ctx) {
    const { services, admin } = ctx.state;
    if (admin === null) throw new GatewayError("unauthorized", "Cannot search: no admin");
    const query = (ctx.url.searchParams.get("q") ?? "").slice(0, MAX_QUERY_CHARS);
    return Response.json({ places: findPlaces(admin, query, await services.names.read()) });
  },
});
