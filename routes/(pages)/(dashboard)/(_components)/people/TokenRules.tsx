import { describePolicy } from "../../../../../core/policies/tool_policy.ts";
import type { TokenView } from "../../../../../core/tokens/token.ts";
import Facts from "../../../(_components)/Facts.tsx";

/** What a token may use, for who cannot change it. */
export default function TokenRules({ token: { policy, limits } }: { token: TokenView }) {
  const limit = (most: number | null) =>
    most === null ? <span class="quiet">what the workspace says</span> : String(most);
  return (
    <Facts
      facts={[
        [
          "Shows",
          policy === null
            ? <span key="all" class="quiet">all that the workspace shows</span>
            : describePolicy(policy),
        ],
        ["Requests a minute", limit(limits.requestsPerMinute)],
        ["Calls at once", limit(limits.concurrentCalls)],
      ]}
    />
  );
}
