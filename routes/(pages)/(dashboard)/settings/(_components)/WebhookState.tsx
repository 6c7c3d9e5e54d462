import type { WebhookView } from "../../../../../core/webhooks/webhook.ts";
import Badge from "../../../(_components)/Badge.tsx";

/** How a webhook does. */
export default function WebhookState({ webhook: { disabled, dead } }: { webhook: WebhookView }) {
  if (disabled?.reason === "gone") return <Badge kind="bad">receiver is gone</Badge>;
  if (disabled !== null) return <Badge kind="neutral">disabled</Badge>;
  return dead > 0 ? <Badge kind="warn">some given up</Badge> : <Badge kind="good">sends</Badge>;
}
