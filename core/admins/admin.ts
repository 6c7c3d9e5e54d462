import { z } from "zod";
import { AdminTokenId } from "../ids.ts";
import { Role } from "./role.ts";

/** Who is acting on the admin API or the dashboard. */
export const Admin = z.object({
  /** `environment`, `token`, or `session`: how they proved it. */
  kind: z.enum(["environment", "token", "session"]),
  /** Id of the token or the session; `null` for the environment's token. */
  id: z.string().nullable(),
  /** A name for lists and logs. */
  name: z.string(),
  role: Role,
});
export type Admin = z.infer<typeof Admin>;

/** What an admin says to make a token for the CLI. */
export const AdminTokenInput = z.strictObject({
  name: z.string().trim().min(1, "must have 1 to 100 characters")
    .max(100, "must have 1 to 100 characters"),
  /** `admin` unless it says otherwise. */
  role: Role.optional(),
  expiresAt: z.iso.datetime({ offset: true }).optional(),
});
export type AdminTokenInput = z.infer<typeof AdminTokenInput>;

/** An admin's `aat_…` token, as it is stored. */
export const AdminToken = z.object({
  id: AdminTokenId,
  name: z.string(),
  role: Role,
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  visibleStart: z.string(),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime().nullable(),
});
export type AdminToken = z.infer<typeof AdminToken>;

/** An admin token as lists show it. */
export const AdminTokenView = AdminToken.omit({ hash: true });
export type AdminTokenView = z.infer<typeof AdminTokenView>;

/** The one answer that holds the admin token itself. */
export const CreatedAdminToken = AdminTokenView.extend({ token: z.string() });
export type CreatedAdminToken = z.infer<typeof CreatedAdminToken>;
