import type { CreatedToken } from "../../../../../core/tokens/token.ts";
import type { WorkspaceView } from "../../../../../core/workspaces/workspace.ts";
import Card from "../../../(_components)/Card.tsx";
import Command from "../../../(_components)/Command.tsx";
import ConnectGuide from "../../../(_components)/ConnectGuide.tsx";
import ExpiryCell from "./ExpiryCell.tsx";

interface NewTokenCardProps {
  created: CreatedToken;
  workspace: WorkspaceView;
  now: string;
}

/** A new token with everything that is set up with it; the one page on which it ever stands. */
export default function NewTokenCard({ created, workspace, now }: NewTokenCardProps) {
  const { id, name, token, expiresAt } = created;
  const { slug, url } = workspace;
  const listPath = `/workspaces/${slug}/tokens`;
  return (
    <div class="stacked" data-once="">
      <Card id="new-token" title={`The token of ${name}`}>
        <p class="lead">
          It is shown now and never again. Give it to {name}{" "}
          in a way that nobody else reads; if it is lost,{" "}
          <a href={`${listPath}/${id}`}>revoke it</a> and create another one.
        </p>
        <Command text={token} />
        <p class="quiet">
          {expiresAt === null ? "It works until it is revoked." : (
            <>
              It ends <ExpiryCell expiresAt={expiresAt} now={now} />.
            </>
          )}
        </p>
        <div class="actions">
          <a class="button" href={listPath}>Done</a>
          <a class="button plain" href={`${listPath}/new`}>Create another one</a>
        </div>
      </Card>
      <Card id="connect" title="Ready for the editor">
        <ConnectGuide connection={{ name: slug, url, token }} />
      </Card>
    </div>
  );
}
