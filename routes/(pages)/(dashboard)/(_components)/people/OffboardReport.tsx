import type { Offboarding } from "../../../../../core/members/member.ts";
import Card from "../../../(_components)/Card.tsx";
import { counted } from "./OffboardCard.tsx";

/** What offboarding a person has ended. */
export default function OffboardReport({ ended }: { ended: Offboarding }) {
  const { email, revoked, secretsRemoved } = ended;
  const workspaces = [...new Set(revoked.map(({ workspace }) => workspace))];
  const secrets = secretsRemoved === 0
    ? "no secret of their own was left"
    : `${counted(secretsRemoved, "secret")} of their own removed`;
  return (
    <Card id="ended" title="Offboarded">
      <p role="status">
        {email}: {counted(revoked.length, "token")} in {counted(workspaces.length, "workspace")}
        {" "}
        revoked, {secrets}. Open streams and sessions have ended.
      </p>
      {revoked.length > 0 && (
        <ul class="own-states">
          {revoked.map(({ id, workspace, visibleStart }) => (
            <li key={id}>
              <a href={`/workspaces/${workspace}/tokens/${id}`}>
                <code>{visibleStart}…</code>
              </a>{" "}
              <span class="quiet">of</span> <code class="chip">{workspace}</code>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
