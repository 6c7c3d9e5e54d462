import type { OwnPageView } from "../../../../core/members/read_own_page.ts";
import { describePolicy } from "../../../../core/policies/tool_policy.ts";
import Badge from "../../(_components)/Badge.tsx";
import Card from "../../(_components)/Card.tsx";
import Facts from "../../(_components)/Facts.tsx";
import RelativeTime from "../../(_components)/RelativeTime.tsx";

/** What a member's token opens, until when, and which servers are there. */
export default function OwnAccess({ own, now }: { own: OwnPageView; now: string }) {
  const { token, servers } = own;
  const { visibleStart, email, expiresAt, policy } = token;
  return (
    <Card id="access" title="Your access">
      <Facts
        facts={[
          ["Token", <code key="token">{visibleStart}…</code>],
          ["E-mail", email ?? <span key="email" class="quiet">none was given</span>],
          [
            "Ends",
            expiresAt === null
              ? <span key="ends" class="quiet">when it is revoked</span>
              : <RelativeTime key="ends" at={expiresAt} now={now} />,
          ],
          [
            "Shows",
            policy === null
              ? <span key="shows" class="quiet">all that the workspace shows</span>
              : describePolicy(policy),
          ],
        ]}
      />
      <h3 class="part-title">Servers</h3>
      {servers.length === 0
        ? <p class="quiet">No server is in this workspace yet.</p>
        : (
          <ul class="own-states">
            {servers.map(({ slug, name, isDisabled }) => (
              <li key={slug}>
                {name} <code class="chip">{slug}</code>
                {isDisabled && <Badge kind="bad">disabled</Badge>}
              </li>
            ))}
          </ul>
        )}
    </Card>
  );
}
