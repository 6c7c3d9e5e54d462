import { readExpectedEntry } from "../../../../core/api/queries.ts";
import { verifyAudit } from "../../../../core/audit/verify_audit.ts";
import { byMethod } from "../../(_http)/by_method.ts";

export const handler = byMethod({
  async GET(ctx) {
    const expected = readExpectedEntry(ctx.url);
    return Response.json(await verifyAudit(ctx.state.services.audit, expected));
  },
});
