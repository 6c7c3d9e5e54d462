import { registerServer } from "../../core/servers/register_server.ts";
import { createToken } from "../../core/tokens/create_token.ts";
import { createWorkspace } from "../../core/workspaces/create_workspace.ts";
import { installServer } from "../../core/workspaces/install_server.ts";
import { viewWorkspace } from "../../core/workspaces/view_workspace.ts";
import { findWorkspace } from "../../core/workspaces/find_workspace.ts";
import { startApp } from "../_support/app.ts";
import { startCatalogue } from "../_support/catalogue_upstream.ts";
import { AN_ADMIN } from "../_support/core.ts";

/** The app with the servers `users`, which is there, and `notes`, and the workspace `team`. */
export async function workspaceWorld({ install = true } = {}) {
  const app = await startApp({ AEROSTACK_ALLOW_PRIVATE_UPSTREAMS: "1" });
  const upstream = startCatalogue("modern");
  const { services } = app;
  const servers = [
    { slug: "users", name: "Users", url: upstream.url },
    { slug: "notes", name: "Notes", url: "http://127.0.0.1:9/mcp" },
  ];
  for (const server of servers) await registerServer(services, AN_ADMIN, server);
  await createWorkspace(services, AN_ADMIN, { slug: "team", name: "The team" });
  if (install) await installServer(services, AN_ADMIN, { workspace: "team", server: "users" });

  return {
    app,
    services,
    upstream,
    cookie: await app.signIn("admin"),
    /** The workspace as it is now. */
    team: async () => await viewWorkspace(services, await findWorkspace(services, "team")),
    /** A new token of Alice's to the workspace. */
    token: async () => await createToken(services, AN_ADMIN, "team", { name: "Alice Chen" }),
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]();
      await upstream[Symbol.asyncDispose]();
    },
  };
}
