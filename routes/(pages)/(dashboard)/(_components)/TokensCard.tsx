import type { LastCall, Listed, TokenRow } from "../../../../core/overview/overview.ts";
import RelativeTime from "../../../../islands/RelativeTime.tsx";
import ListCard from "./ListCard.tsx";
import Title from "./Title.tsx";

interface TokensCardProps {
  tokens: Listed<TokenRow>;
  /** A workspace that could get a token. */
  firstWorkspace: string | undefined;
  now: string;
}

/** Who has a token to which workspace. */
export default function TokensCard({ tokens, firstWorkspace, now }: TokensCardProps) {
  const workspace = firstWorkspace ?? "backend";
  const empty = {
    sentence: firstWorkspace === undefined
      ? "No tokens yet. Once there is a workspace, give every person one:"
      : "No tokens yet. Give every person one:",
    command: `aerostack workspace token create ${workspace} --name "Alice Chen"`,
  };

  return (
    <ListCard
      id="tokens"
      title="Tokens"
      list={tokens}
      empty={empty}
      restCommand={`aerostack workspace token list ${workspace}`}
    >
      <table>
        <thead>
          <tr>
            <th scope="col">Person</th>
            <th scope="col">Workspace</th>
            <th scope="col">Token</th>
            <th scope="col">Status</th>
            <th scope="col">Created</th>
            <th scope="col">Expires</th>
            <th scope="col">Last call</th>
          </tr>
        </thead>
        <tbody>{tokens.rows.map((token) => <Row key={token.id} token={token} now={now} />)}</tbody>
      </table>
    </ListCard>
  );
}

function Row({ token, now }: { token: TokenRow; now: string }) {
  const { name, email, workspace, visibleStart, status, createdAt, expiresAt, lastCall } = token;
  return (
    <tr class={status === "active" ? undefined : "over"}>
      <td data-label="Person">
        <Title name={name} detail={email} />
      </td>
      <td data-label="Workspace">
        <code class="chip">{workspace}</code>
      </td>
      <td data-label="Token">
        <code>{visibleStart}…</code>
      </td>
      <td data-label="Status">
        <span class="badge" data-kind={status}>{status}</span>
      </td>
      <td data-label="Created">
        <RelativeTime at={createdAt} now={now} />
      </td>
      <td data-label="Expires">
        {expiresAt === null
          ? <span class="quiet">never</span>
          : <RelativeTime at={expiresAt} now={now} />}
      </td>
      <td data-label="Last call">
        <LastCallCell lastCall={lastCall} now={now} />
      </td>
    </tr>
  );
}

function LastCallCell({ lastCall, now }: { lastCall: LastCall; now: string }) {
  if (typeof lastCall === "string") return <span class="quiet">{lastCall}</span>;
  return <RelativeTime at={lastCall.at} now={now} />;
}
