import type { PersonDetails, PersonToken } from "../../../../../core/members/read_person.ts";
import Card from "../../../(_components)/Card.tsx";
import RelativeTime from "../../../(_components)/RelativeTime.tsx";
import ExpiryCell from "./ExpiryCell.tsx";
import LastCallCell from "./LastCallCell.tsx";
import TokenBadge from "./TokenBadge.tsx";

/** Where a person has access, and which secrets of their own they have set. */
export default function PersonCards({ person, now }: { person: PersonDetails; now: string }) {
  const { tokens, secrets } = person;
  return (
    <>
      <Card id="access" title="Access" count={String(tokens.length)}>
        {tokens.length === 0
          ? (
            <p class="empty">
              No access any more: every token with this address is revoked. A new one is created in
              a workspace.
            </p>
          )
          : <AccessTable tokens={tokens} now={now} />}
      </Card>
      <Card id="secrets" title="Their own secrets" count={String(secrets.length)}>
        {secrets.length === 0
          ? <p class="empty">They have set none. Members set them on their own page.</p>
          : (
            <ul class="own-states">
              {secrets.map(({ server, serverName, name }) => (
                <li key={`${server} ${name}`}>
                  <code class="chip">{name}</code> <span class="quiet">of</span>{" "}
                  <a href={`/servers/${server}`}>{serverName}</a>
                </li>
              ))}
            </ul>
          )}
      </Card>
    </>
  );
}

function AccessTable({ tokens, now }: { tokens: readonly PersonToken[]; now: string }) {
  return (
    <table aria-label="Tokens of this person">
      <thead>
        <tr>
          <th scope="col">Workspace</th>
          <th scope="col">Token</th>
          <th scope="col">Status</th>
          <th scope="col">Created</th>
          <th scope="col">Expires</th>
          <th scope="col">Last call</th>
        </tr>
      </thead>
      <tbody>{tokens.map((token) => <Row key={token.id} token={token} now={now} />)}</tbody>
    </table>
  );
}

function Row({ token, now }: { token: PersonToken; now: string }) {
  const { id, workspace, visibleStart, status, createdAt, expiresAt, lastCall } = token;
  const base = `/workspaces/${workspace.slug}`;
  return (
    <tr class={status === "active" ? undefined : "over"}>
      <td data-label="Workspace">
        <span class="title">
          <a href={base}>
            <strong>{workspace.name}</strong>
          </a>
        </span>
      </td>
      <td data-label="Token">
        <a href={`${base}/tokens/${id}`}>
          <code>{visibleStart}…</code>
        </a>
      </td>
      <td data-label="Status">
        <TokenBadge status={status} />
      </td>
      <td data-label="Created">
        <RelativeTime at={createdAt} now={now} />
      </td>
      <td data-label="Expires">
        <ExpiryCell expiresAt={expiresAt} now={now} />
      </td>
      <td data-label="Last call">
        <LastCallCell lastCall={lastCall} now={now} />
      </td>
    </tr>
  );
}
