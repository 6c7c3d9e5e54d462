import { z } from "zod";
import { removeWebhook } from "../../../../../core/webhooks/remove_webhook.ts";
import { resendDead } from "../../../../../core/webhooks/resend_delivery.ts";
import { rotateWebhookSecret } from "../../../../../core/webhooks/rotate_webhook_secret.ts";
import { tryWebhook } from "../../../../../core/webhooks/try_webhook.ts";
import { findWebhook } from "../../../../../core/webhooks/find_webhook.ts";
import { updateWebhook } from "../../../../../core/webhooks/update_webhook.ts";
import { viewWebhook } from "../../../../../core/webhooks/view_webhook.ts";
import type { CreatedWebhook } from "../../../../../core/webhooks/webhook.ts";
import { refusal } from "../../../../../core/errors.ts";
import { type Intent, intent } from "../../../(_http)/answer_form.ts";
import { confirmed, ConfirmFields } from "../../../(_http)/confirmed.ts";
import { fieldsOf, OverlapFields, WebhookChangeFields } from "./webhook_forms.ts";

const Nothing = z.object({});
const SwitchFields = z.object({ enabled: z.enum(["yes", "no"]) });

/** What the page of one webhook does. */
export function webhookIntents(id: string): Record<string, Intent<CreatedWebhook>> {
  const path = `/settings/webhooks/${id}`;
  return {
    change: intent("admin", WebhookChangeFields, async (change, { services, by }) => {
      const before = await viewWebhook(services, await findWebhook(services, id));
      const { name } = await updateWebhook(services, by, id, change);
      // The URL that was there cannot be sent along: its query may be a secret.
      const undo = change.url === undefined
        ? { path, fields: { intent: "change", ...fieldsOf(before) } }
        : undefined;
      return { to: path, notice: { text: `Saved ${name}.`, undo } };
    }),

    switch: intent("admin", SwitchFields, async ({ enabled }, { services, by }) => {
      const isOn = enabled === "yes";
      const { name } = await updateWebhook(services, by, id, { enabled: isOn });
      const undo = { path, fields: { intent: "switch", enabled: isOn ? "no" : "yes" } };
      const text = isOn
        ? `${name} sends again, from now on.`
        : `${name} is disabled: nothing is sent, and what waited was given up.`;
      return { to: path, notice: { text, undo } };
    }),

    test: intent("admin", Nothing, async (_, { services }) => {
      const { ok, message } = await tryWebhook(services, id);
      if (!ok) throw refusal("bad_request", message);
      return { to: path, notice: { text: message } };
    }),

    rotate: intent("admin", OverlapFields, async (input, { services, by }) => {
      return { shown: await rotateWebhookSecret(services, by, id, input) };
    }),

    resend: intent("admin", Nothing, async (_, { services, by }) => {
      const { resent, hasMore } = await resendDead(services, by, id);
      const more = hasMore ? " There are more: send again." : "";
      return { to: path, notice: { text: `${resent} deliveries are made again.${more}` } };
    }),

    remove: intent("admin", ConfirmFields, async (fields, { services, by }) => {
      const { name } = await findWebhook(services, id);
      confirmed(name, fields);
      await removeWebhook(services, by, id);
      return { to: "/settings/webhooks", notice: { text: `Removed ${name}.` } };
    }),
  };
}
