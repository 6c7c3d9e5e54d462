import type { ComponentChildren } from "preact";
import type { LiveTopic } from "../../../../core/live/live_topic.ts";
import type { ServerView } from "../../../../core/servers/server.ts";
import Live from "../../../../islands/Live.tsx";
import Badge from "../../(_components)/Badge.tsx";
import PageHeader from "../../(_components)/PageHeader.tsx";
import Tabs from "../../(_components)/Tabs.tsx";
import { stateOf } from "../servers/(_components)/server_words.ts";
import ServerAlert from "./ServerAlert.tsx";

interface ServerFrameProps {
  server: ServerView;
  pathname: string;
  /** What the page follows: how the server does, and what admins change, unless it says more. */
  topics?: LiveTopic[];
  children: ComponentChildren;
}

/** What is around every page of one server: its name, its state, and its parts. */
export default function ServerFrame(props: ServerFrameProps) {
  const { server, pathname, topics = ["servers", "changes"], children } = props;
  const { slug, name, url } = server;
  const { kind, word } = stateOf(server);
  return (
    <>
      <PageHeader
        title={name}
        trail={[{ title: "MCP Servers", path: "/servers" }]}
        beside={
          <>
            <code class="chip">{slug}</code>
            <span data-live="server-state">
              <Badge kind={kind}>{word}</Badge>
            </span>
            <Live topics={topics} />
          </>
        }
        lead={<code class="wrap">{url}</code>}
      />
      <div data-live="server-alert" class="alerts">
        <ServerAlert server={server} now={new Date().toISOString()} />
      </div>
      <div data-live="server-tabs">
        <Tabs label={`Parts of ${name}`} tabs={tabsOf(server)} current={pathname} />
      </div>
      {children}
    </>
  );
}

function tabsOf({ slug, changesWaiting, secrets, workspaces }: ServerView) {
  const base = `/servers/${slug}`;
  return [
    {
      path: base,
      title: "Tools",
      ...changesWaiting > 0 && { count: changesWaiting, isUrgent: true },
    },
    { path: `${base}/secrets`, title: "Secrets", count: secrets.length },
    { path: `${base}/installs`, title: "Installed in", count: workspaces.length },
    { path: `${base}/analytics`, title: "Analytics" },
    { path: `${base}/settings`, title: "Settings" },
  ];
}
