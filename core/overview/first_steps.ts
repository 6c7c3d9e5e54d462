/** A step of those who begin with the gateway. */
export interface FirstStep {
  id: "server" | "secret" | "workspace" | "token" | "connect" | "call";
  title: string;
  /** What it is for. */
  reason: string;
  path: string;
  isDone: boolean;
}

/** What is there already. */
export interface FirstFacts {
  /** The slugs of a server and of a workspace; `null` while there is none. */
  server: string | null;
  workspace: string | null;
  hasSecret: boolean;
  hasInstall: boolean;
  hasToken: boolean;
  hasCall: boolean;
}

/** The way to the first call, with what is done of it; `null` once somebody called something. */
export function firstSteps(facts: FirstFacts): FirstStep[] | null {
  if (facts.hasCall) return null;
  const { server, workspace, hasSecret, hasInstall, hasToken } = facts;
  const inServer = (path: string) => server === null ? "/add/server" : `/servers/${server}${path}`;
  const inWorkspace = (path: string) => {
    return workspace === null ? "/add/workspace" : `/workspaces/${workspace}${path}`;
  };
  return [
    {
      id: "server",
      title: "Add a server",
      reason: "An MCP server that you run already, by its URL.",
      path: "/add/server",
      isDone: server !== null,
    },
    {
      id: "secret",
      title: "Set its secret",
      reason:
        "The API key that the gateway sends in everybody's place. Skip it where none is needed.",
      path: inServer("/secrets"),
      isDone: hasSecret,
    },
    {
      id: "workspace",
      title: "Create a workspace, and install the server in it",
      reason: "What a group of people sees, at one URL.",
      path: inWorkspace(""),
      isDone: workspace !== null && hasInstall,
    },
    {
      id: "token",
      title: "Give somebody a token",
      reason: "One for each person; it is shown once.",
      path: inWorkspace("/tokens"),
      isDone: hasToken,
    },
    {
      id: "connect",
      title: "Connect an editor",
      reason: "Ready configuration for each of them.",
      path: inWorkspace("/connect"),
      isDone: false,
    },
    {
      id: "call",
      title: "Make the first call",
      reason: "It shows up here by itself.",
      path: "/playground",
      isDone: false,
    },
  ];
}
