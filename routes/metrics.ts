import { authenticateBearer } from "../core/admins/authenticate_admin.ts";
import { requireRole } from "../core/admins/role.ts";
import { GatewayError } from "../core/errors.ts";
import { expose, EXPOSITION_TYPES, formatFor } from "../core/telemetry/exposition.ts";
import { define } from "../define.ts";
import { errorAnswer, toGatewayError } from "./api/(_http)/error_answer.ts";

/** What this process counts of itself, for Prometheus; an admin's bearer opens it. */
export const handler = define.handlers({
  GET: async (ctx) => {
    const { services, address } = ctx.state;
    const header = ctx.req.headers.get("authorization");

    try {
      const admin = await authenticateBearer(services, header, address);
      if (admin === null) throw noBearer();
      requireRole(admin.role, "viewer");
    } catch (thrown) {
      return refused(toGatewayError(thrown, ctx.url.pathname));
    }

    const format = formatFor(ctx.req.headers.get("accept"));
    return new Response(expose(services.metrics.all, format), {
      headers: { "content-type": EXPOSITION_TYPES[format], "cache-control": "no-store" },
    });
  },
});

function noBearer(): GatewayError {
  return new GatewayError("unauthorized", "Cannot read metrics: no bearer that opens them");
}

function refused(error: GatewayError): Response {
  const challenge = { "www-authenticate": 'Bearer realm="aerostack"' };
  return errorAnswer(error, {
    "cache-control": "no-store",
    ...error.code === "unauthorized" ? challenge : {},
  });
}
