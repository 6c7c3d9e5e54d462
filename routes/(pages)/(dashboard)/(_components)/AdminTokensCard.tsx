import type { AdminTokenView } from "../../../../core/admins/admin.ts";
import RelativeTime from "../../../../islands/RelativeTime.tsx";
import Card from "./Card.tsx";

interface AdminTokensCardProps {
  tokens: readonly AdminTokenView[];
  now: string;
}

/** The admin tokens that there are; nothing where there are none. */
export default function AdminTokensCard({ tokens, now }: AdminTokensCardProps) {
  if (tokens.length === 0) return null;
  return (
    <Card id="admin-tokens" title="CLI tokens" count={String(tokens.length)}>
      <table>
        <thead>
          <tr>
            <th scope="col">For</th>
            <th scope="col">Token</th>
            <th scope="col">Created</th>
            <th scope="col">Expires</th>
            <th scope="col">Id</th>
          </tr>
        </thead>
        <tbody>{tokens.map((token) => <Row key={token.id} token={token} now={now} />)}</tbody>
      </table>
      <div class="more">
        <p>
          To revoke one: <code>aerostack admin token revoke {"<id>"}</code>
        </p>
      </div>
    </Card>
  );
}

function Row({ token, now }: { token: AdminTokenView; now: string }) {
  const { id, name, visibleStart, createdAt, expiresAt } = token;
  return (
    <tr>
      <td data-label="For">
        <strong>{name}</strong>
      </td>
      <td data-label="Token">
        <code>{visibleStart}…</code>
      </td>
      <td data-label="Created">
        <RelativeTime at={createdAt} now={now} />
      </td>
      <td data-label="Expires">
        {expiresAt === null
          ? <span class="quiet">never</span>
          : <RelativeTime at={expiresAt} now={now} />}
      </td>
      <td data-label="Id" class="wide">
        <code>{id}</code>
      </td>
    </tr>
  );
}
