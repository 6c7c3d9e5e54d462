import type { Listed, ServerRow } from "../../../../core/overview/overview.ts";
import type { SecretView } from "../../../../core/secrets/secret.ts";
import ListCard from "./ListCard.tsx";
import Names from "./Names.tsx";
import Title from "./Title.tsx";

const EMPTY = {
  sentence: "No servers yet. Register one that is running somewhere:",
  command:
    'aerostack mcp register --name "Internal API" --slug internal-api --url "https://api.example.com/sse"',
};

/** The registered servers. */
export default function ServersCard({ servers }: { servers: Listed<ServerRow> }) {
  return (
    <ListCard
      id="servers"
      title="Servers"
      list={servers}
      empty={EMPTY}
      restCommand="aerostack mcp list"
    >
      <table>
        <thead>
          <tr>
            <th scope="col">Server</th>
            <th scope="col">Address</th>
            <th scope="col">Secrets</th>
            <th scope="col">Installed in</th>
          </tr>
        </thead>
        <tbody>{servers.rows.map((server) => <Row key={server.id} server={server} />)}</tbody>
      </table>
    </ListCard>
  );
}

function Row({ server: { slug, name, url, secrets, workspaces } }: { server: ServerRow }) {
  return (
    <tr>
      <td data-label="Server">
        <Title name={name} detail={slug} />
      </td>
      <td data-label="Address" class="wide">
        <code class="wrap">{url}</code>
      </td>
      <td data-label="Secrets" class="wide">
        {secrets.length === 0 ? <span class="quiet">None</span> : <Secrets secrets={secrets} />}
      </td>
      <td data-label="Installed in" class="wide">
        <Names names={workspaces} none="No workspace yet" />
      </td>
    </tr>
  );
}

function Secrets({ secrets }: { secrets: readonly SecretView[] }) {
  return (
    <ul class="secrets">
      {secrets.map(({ name, injection }) => (
        <li key={name}>
          <code class="chip">{name}</code>{" "}
          <span class="quiet">
            {injection.kind === "header" ? "header" : "query"} {injection.name}
          </span>
        </li>
      ))}
    </ul>
  );
}
