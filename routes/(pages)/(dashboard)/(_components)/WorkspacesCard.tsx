import type { Listed } from "../../../../core/overview/overview.ts";
import type { WorkspaceView } from "../../../../core/workspaces/workspace.ts";
import Command from "../../(_components)/Command.tsx";
import ListCard from "./ListCard.tsx";
import Names from "./Names.tsx";
import Title from "./Title.tsx";

const EMPTY = {
  sentence: "No workspaces yet. Create one, and install servers in it:",
  command: "aerostack workspace create backend",
};

interface WorkspacesCardProps {
  workspaces: Listed<WorkspaceView>;
  /** A server that could be installed. */
  firstServer: string | undefined;
}

/** The workspaces, with the addresses that editors connect to. */
export default function WorkspacesCard({ workspaces, firstServer }: WorkspacesCardProps) {
  return (
    <ListCard
      id="workspaces"
      title="Workspaces"
      list={workspaces}
      empty={EMPTY}
      restCommand="aerostack workspace list"
    >
      <table>
        <thead>
          <tr>
            <th scope="col">Workspace</th>
            <th scope="col">URL for editors</th>
            <th scope="col">Servers</th>
            <th scope="col" class="number">Active tokens</th>
          </tr>
        </thead>
        <tbody>
          {workspaces.rows.map((workspace) => (
            <Row key={workspace.id} workspace={workspace} firstServer={firstServer} />
          ))}
        </tbody>
      </table>
    </ListCard>
  );
}

interface RowProps {
  workspace: WorkspaceView;
  firstServer: string | undefined;
}

function Row({ workspace, firstServer = "<server>" }: RowProps) {
  const { slug, name, url, servers, activeTokens } = workspace;
  return (
    <tr>
      <td data-label="Workspace">
        <Title name={name} detail={slug} />
      </td>
      <td data-label="URL for editors" class="wide">
        <Command text={url} />
      </td>
      <td data-label="Servers" class="wide">
        {servers.length > 0
          ? <Names names={servers.map((server) => server.slug)} none="" />
          : <Command text={`aerostack mcp install ${firstServer} --workspace ${slug}`} />}
      </td>
      <td data-label="Active tokens" class="number">{activeTokens}</td>
    </tr>
  );
}
