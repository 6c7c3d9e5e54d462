import type { ComponentChildren } from "preact";
import type { LiveTopic } from "../../../../core/live/live_topic.ts";
import type { WorkspaceView } from "../../../../core/workspaces/workspace.ts";
import Live from "../../../../islands/Live.tsx";
import Badge from "../../(_components)/Badge.tsx";
import Command from "../../(_components)/Command.tsx";
import PageHeader from "../../(_components)/PageHeader.tsx";
import Tabs from "../../(_components)/Tabs.tsx";

interface WorkspaceFrameProps {
  workspace: WorkspaceView;
  pathname: string;
  /** What the page follows: what admins change, unless it says more. */
  topics?: LiveTopic[];
  children: ComponentChildren;
}

/** What is around every page of one workspace: its name, its address, and its parts. */
export default function WorkspaceFrame(props: WorkspaceFrameProps) {
  const { workspace, pathname, topics = ["changes"], children } = props;
  const { slug, name, url, servers, activeTokens, disabledAt } = workspace;
  const base = `/workspaces/${slug}`;
  const tabs = [
    { path: base, title: "Servers", count: servers.length },
    { path: `${base}/tokens`, title: "Tokens", count: activeTokens },
    { path: `${base}/members`, title: "Members" },
    { path: `${base}/connect`, title: "Connect" },
    { path: `${base}/settings`, title: "Settings" },
  ];
  const part = tabs.find(({ path }) => path === pathname)?.title ?? "Servers";
  return (
    <>
      <PageHeader
        title={name}
        windowTitle={`${part} · ${name}`}
        trail={[{ title: "Workspaces", path: "/workspaces" }]}
        beside={
          <>
            <code class="chip">{slug}</code>
            <span data-live="workspace-state">
              {disabledAt !== null && <Badge kind="bad">disabled</Badge>}
            </span>
            <Live topics={topics} />
          </>
        }
        lead={<Command text={url} />}
      />
      <div data-live="workspace-alert" class="alerts">
        {disabledAt !== null && (
          <p class="problem form-problem">
            This workspace is disabled: every token of it is refused. An admin can enable it in{" "}
            <a href={`${base}/settings#state`}>its settings</a>.
          </p>
        )}
      </div>
      <div data-live="workspace-tabs">
        <Tabs label={`Parts of ${name}`} tabs={tabs} current={pathname} />
      </div>
      {children}
    </>
  );
}
