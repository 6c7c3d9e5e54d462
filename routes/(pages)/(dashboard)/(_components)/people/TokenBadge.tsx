import type { TokenView } from "../../../../../core/tokens/token.ts";
import Badge, { type BadgeKind } from "../../../(_components)/Badge.tsx";

const KINDS: Record<TokenView["status"], BadgeKind> = {
  active: "good",
  expired: "warn",
  revoked: "neutral",
};

/** Whether a token opens its workspace, or why it does not. */
export default function TokenBadge({ status }: Pick<TokenView, "status">) {
  return <Badge kind={KINDS[status]}>{status}</Badge>;
}
