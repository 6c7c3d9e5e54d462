import type { SecretView } from "../core/secrets/secret.ts";
import { count, formatTable } from "./output.ts";
import { spokenRule } from "./rule_options.ts";
import { relativeTime } from "./times.ts";

/** Secrets as `secrets list` and `mcp show` print them: whatever may be shown. */
export function secretsTable(secrets: readonly SecretView[], now: Date): string {
  const rows = secrets.map((secret) => [
    secret.name,
    spokenRules(secret),
    secret.version,
    relativeTime(secret.setAt, now),
    secret.setBy,
    spokenOwners(secret),
  ]);
  return formatTable(["SECRET", "SENT AS", "VERSION", "SET", "BY", "VALUE"], rows);
}

/** All the places where a secret goes. */
export function spokenRules({ rules }: SecretView): string {
  return rules.map(spokenRule).join(" and ");
}

/** Whose values a secret has. */
function spokenOwners({ perMember, isSet, membersSet }: SecretView): string {
  if (!perMember) return "shared";
  const own = membersSet === 0 ? "each member's own" : `own of ${count(membersSet, "member")}`;
  return isSet ? `${own}, else shared` : own;
}
