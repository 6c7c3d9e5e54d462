import { readAuditQuery } from "../../../../core/api/queries.ts";
import { viewAuditEntry } from "../../../../core/audit/audit_entry.ts";
import { byMethod } from "../../(_http)/by_method.ts";

export const handler = byMethod({
  async GET(ctx) {
    const { page, filter } = readAuditQuery(ctx.url);
    const { items, nextCursor } = await ctx.state.services.audit.list(page, filter);
    return Response.json({ items: items.map(viewAuditEntry), nextCursor });
  },
});
