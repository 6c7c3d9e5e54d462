import { type Command, Option } from "commander";
import { describePolicy } from "../core/policies/tool_policy.ts";
import { OnChange, WorkspaceView } from "../core/workspaces/workspace.ts";
import { apiPath } from "./api_path.ts";
import {
  addInstallLimitOptions,
  describeInstallLimits,
  type InstallLimitOptions,
  installLimitsOf,
} from "./limit_options.ts";
import type { Session } from "./session.ts";
import {
  addToolPolicyOptions,
  toolPolicyOf,
  type ToolPolicyOptions,
} from "./tool_policy_options.ts";
import { verb } from "./verb.ts";

interface InstallOptions extends ToolPolicyOptions, InstallLimitOptions {
  workspace: string;
  onChange?: OnChange;
}

/** `mcp install` and `mcp uninstall`. */
export function addInstallVerbs(mcp: Command, session: Session): void {
  const installVerb = verb(
    mcp,
    "install <slug>",
    "put a server into a workspace, or change which of its tools are shown there",
    [
      "aerostack mcp install internal-api --workspace backend",
      'aerostack mcp install db --workspace junior-eng --read-only --allow "list_*"',
      'aerostack mcp install db --workspace backend --deny "drop_*" --on-change hold',
      "aerostack mcp install db --workspace backend --no-policy",
      "aerostack mcp install db --workspace backend --calls-per-minute-per-tool 30 --calls-per-minute run_query=5",
    ],
  )
    .requiredOption("--workspace <workspace>", "the workspace's slug");
  addInstallLimitOptions(addToolPolicyOptions(installVerb))
    .addOption(
      new Option(
        "--on-change <what>",
        "when a tool's definition changes: warn, or hold it until an admin approves",
      ).choices(OnChange.options),
    )
    .action((slug: string, options: InstallOptions) => install(session, slug, options));

  verb(mcp, "uninstall <slug>", "take a server out of a workspace", [
    "aerostack mcp uninstall internal-api --workspace backend",
  ])
    .requiredOption("--workspace <workspace>", "the workspace's slug")
    .action((slug: string, options: InstallOptions) => uninstall(session, slug, options.workspace));
}

async function install(session: Session, slug: string, options: InstallOptions): Promise<void> {
  const { workspace, onChange } = options;
  const body = { policy: toolPolicyOf(options), onChange, limits: installLimitsOf(options) };
  const path = apiPath`/workspaces/${workspace}/servers/${slug}`;
  const api = await session.api();
  const answer = await api.send({ method: "PUT", path, body }, WorkspaceView);

  const { url, servers } = answer.value;
  const now = servers.find((server) => server.slug === slug);
  session.show(
    answer.body,
    [
      `Installed ${slug} in ${workspace}; editors find it at ${url}`,
      `It shows there from now on: ${
        describePolicy(now?.policy ?? null).replace(/^-$/, "everything")
      }`,
      ...now === undefined || describeInstallLimits(now.limits) === "-"
        ? []
        : [`Limits: ${describeInstallLimits(now.limits)}`],
      ...now?.onChange === "hold"
        ? [`Holds tools that change until: aerostack mcp review ${slug}`]
        : [],
      `Next: aerostack workspace token create ${workspace} --name "Alice Chen"`,
    ].join("\n"),
  );
}

async function uninstall(session: Session, slug: string, workspace: string): Promise<void> {
  const path = apiPath`/workspaces/${workspace}/servers/${slug}`;
  const api = await session.api();
  await api.remove(path);
  session.show({ removed: slug, workspace }, `Took ${slug} out of ${workspace}.`);
}
