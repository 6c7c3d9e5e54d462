import type { Status } from "../../../core/api/answers.ts";
import { GatewayError } from "../../../core/errors.ts";
import { VERSION } from "../../../core/version.ts";
import { byMethod } from "../(_http)/by_method.ts";

export const handler = byMethod({
  GET(ctx) {
    const { services, admin } = ctx.state;
    if (admin === null) {
      throw new GatewayError("unauthorized", "Cannot show status: no admin");
    }
    const { publicUrl } = services.config;
    const status: Status = {
      name: "aerostack-gateway",
      version: VERSION,
      publicUrl,
      admin,
    };
    return Response.json(status);
  },
});
