import { z } from "zod";
import { AdminTokenInput, type CreatedAdminToken } from "../../../../../core/admins/admin.ts";
import { createAdminToken } from "../../../../../core/admins/create_admin_token.ts";
import { findAdminToken } from "../../../../../core/admins/find_admin_token.ts";
import { removeAdminToken } from "../../../../../core/admins/remove_admin_token.ts";
import { intent } from "../../../(_http)/answer_form.ts";
import { confirmed, ConfirmFields } from "../../../(_http)/confirmed.ts";

const DAY_MS = 86_400_000;

const NewTokenFields = z.strictObject({
  name: AdminTokenInput.shape.name,
  role: AdminTokenInput.shape.role,
  days: z.enum(["30", "90", "365", "never"], "must be one of those that are listed"),
});

/** What the page of admins' tokens does: make one, which is shown this once, and revoke one. */
export const TOKEN_INTENTS = {
  make: intent("owner", NewTokenFields, async ({ name, role, days }, { services, by }) => {
    const ms = Number(days) * DAY_MS;
    const expiresAt = days === "never"
      ? undefined
      : new Date(services.now().getTime() + ms).toISOString();
    const shown: CreatedAdminToken = await createAdminToken(services, by, {
      name,
      role,
      expiresAt,
    });
    return { shown };
  }),

  revoke: intent<typeof ConfirmFields, CreatedAdminToken>(
    "owner",
    ConfirmFields,
    async (input, { services, by, of: id }) => {
      const { name } = await findAdminToken(services, id);
      confirmed(name, input);
      await removeAdminToken(services, by, id);
      return { to: "/settings/tokens", notice: { text: `The token “${name}” opens nothing now.` } };
    },
  ),
};
