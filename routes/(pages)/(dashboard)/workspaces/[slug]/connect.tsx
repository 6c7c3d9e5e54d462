import { page } from "fresh";
import { isAtLeast } from "../../../../../core/admins/role.ts";
import { findWorkspace } from "../../../../../core/workspaces/find_workspace.ts";
import { viewWorkspace } from "../../../../../core/workspaces/view_workspace.ts";
import { define } from "../../../../../define.ts";
import Card from "../../../(_components)/Card.tsx";
import Command from "../../../(_components)/Command.tsx";
import ConnectGuide from "../../../(_components)/ConnectGuide.tsx";
import TokenVariable from "../../../(_components)/TokenVariable.tsx";
import WorkspaceFrame from "../../(_components)/WorkspaceFrame.tsx";

export const handler = define.handlers({
  async GET({ params, state: { services, admin } }) {
    const workspace = await viewWorkspace(services, await findWorkspace(services, params.slug));
    const mayCreate = admin !== null && isAtLeast(admin.role, "admin");
    return page({ workspace, mayCreate, ownPage: `${services.config.publicUrl}/me` });
  },
});

/** What stands here holds no token, so that it can be passed on to everybody. */
export default define.page<typeof handler>(({ data, url: { pathname } }) => {
  const { workspace: { slug, name, url }, workspace, mayCreate, ownPage } = data;
  return (
    <WorkspaceFrame workspace={workspace} pathname={pathname}>
      <Card id="token" title="A token of one's own">
        <p class="lead">
          Everybody connects to {name}{" "}
          by one address and with a token of their own, which is shown once, when it is created. No
          configuration on this page holds one.
        </p>
        <TokenVariable slug={slug} />
        <p class="quiet">
          Members find the same at{" "}
          <a href={ownPage}>{ownPage}</a>, where they sign in with their token.
        </p>
        {mayCreate && (
          <div class="actions">
            <a class="button" href={`/workspaces/${slug}/tokens/new`}>Create a token</a>
          </div>
        )}
      </Card>
      <Card id="editors" title="Editors">
        <ConnectGuide connection={{ name: slug, url, token: null }} />
      </Card>
      <Card id="others" title="Any other client">
        <p class="lead">
          Streamable HTTP and HTTP+SSE are spoken at one address; the token goes into one header.
        </p>
        <Command text={url} />
        <Command text="Authorization: Bearer YOUR_TOKEN" />
      </Card>
    </WorkspaceFrame>
  );
});
