import type { TokenLimits } from "../../../../../core/limits/limits.ts";
import type { ToolPolicy } from "../../../../../core/policies/tool_policy.ts";

/** What a token may do, as the form has it that changes it. */
export function ruleFields(
  { policy, limits }: { policy: ToolPolicy | null; limits: TokenLimits },
): Record<string, string> {
  return {
    "policy.allow": policy?.allow.join("\n") ?? "",
    "policy.deny": policy?.deny.join("\n") ?? "",
    ...policy?.readOnly ? { "policy.readOnly": "on" } : {},
    "limits.requestsPerMinute": String(limits.requestsPerMinute ?? ""),
    "limits.concurrentCalls": String(limits.concurrentCalls ?? ""),
  };
}
