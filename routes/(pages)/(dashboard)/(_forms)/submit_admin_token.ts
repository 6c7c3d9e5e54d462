import { z } from "zod";
import { AdminTokenInput, type CreatedAdminToken } from "../../../../core/admins/admin.ts";
import { createAdminToken } from "../../../../core/admins/create_admin_token.ts";
import { readForm } from "../../../../core/api/read_form.ts";
import { asGatewayError, type GatewayError } from "../../../../core/errors.ts";
import type { Services } from "../../../../core/services.ts";

const DAY_MS = 86_400_000;

/** What the form sends. */
const AdminTokenFields = z.strictObject({
  name: AdminTokenInput.shape.name,
  days: z.enum(["30", "90", "365", "never"]),
});

/** What became of the form: a token, or what was wrong. */
export type Submitted =
  | { created: CreatedAdminToken; problem: null }
  | { created: null; problem: GatewayError };

/** Makes the admin token that a form asks for. Throws only what is nobody's mistake. */
export async function submitAdminToken(
  services: Pick<Services, "admins" | "now">,
  request: Request,
): Promise<Submitted> {
  try {
    const { name, days } = await readForm(request, AdminTokenFields);
    const expiresAt = days === "never"
      ? undefined
      : new Date(services.now().getTime() + Number(days) * DAY_MS).toISOString();
    return { created: await createAdminToken(services, { name, expiresAt }), problem: null };
  } catch (thrown) {
    const problem = asGatewayError(thrown);
    if (problem.status >= 500) throw thrown;
    return { created: null, problem };
  }
}
