import { z } from "zod";
import type { Admin } from "../admins/admin.ts";
import { GatewayError } from "../errors.ts";

/** Who acts, and by which way they came. */
export const Actor = z.strictObject({
  /** How they proved who they are; `gateway` is this program itself, `member` a token's holder. */
  kind: z.enum(["environment", "token", "session", "member", "gateway"]),
  /** Id of the admin token, the session or the member's token; `null` where there is none. */
  id: z.string().nullable(),
  /** A name for lists. */
  name: z.string(),
  via: z.enum(["cli", "api", "page", "gateway"]),
});
export type Actor = z.infer<typeof Actor>;

/** By which way somebody came. */
export type Via = Actor["via"];

/** The header in which the command line says that it asks: `cli/0.1.0`. */
export const CLIENT_HEADER = "x-aerostack-client";

/** What the gateway does of itself. */
export const THE_GATEWAY: Actor = { kind: "gateway", id: null, name: "gateway", via: "gateway" };

/** An admin as the one who acts. Throws `unauthorized` where there is none. */
export function actorOf(admin: Admin | null, via: Via): Actor {
  if (admin === null) throw new GatewayError("unauthorized", "Cannot act: no admin");
  return { kind: admin.kind, id: admin.id, name: admin.name, via };
}

/** Whether a request of the API comes from the command line; it says so itself. */
export function viaOf(headers: Headers): Via {
  return headers.get(CLIENT_HEADER)?.startsWith("cli/") ? "cli" : "api";
}
