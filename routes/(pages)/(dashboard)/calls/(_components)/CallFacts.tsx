import type { ComponentChildren } from "preact";
import type { CallView } from "../../../../../core/calls/call.ts";
import { spokenBytes, spokenDuration } from "../../../../../core/calls/spoken_figures.ts";
import Card from "../../../(_components)/Card.tsx";
import Command from "../../../(_components)/Command.tsx";
import Facts from "../../../(_components)/Facts.tsx";
import RelativeTime from "../../../(_components)/RelativeTime.tsx";

interface CallFactsProps {
  call: CallView;
  workspace: string;
  /** The slug that its server has now; `null` where it is gone. */
  server: string | null;
  now: string;
}

/** All that is on the record of a call, with the ways to what it names. */
export default function CallFacts({ call, workspace, server, now }: CallFactsProps) {
  const { id, at, person, email, tokenId, method, tool, era, durationMs, bytesIn, bytesOut } = call;
  const tokens = `/workspaces/${workspace}/tokens`;
  const facts: [string, ComponentChildren][] = [
    ["When", <When key="at" at={at} now={now} />],
    ["Took", spokenDuration(durationMs)],
    ["Person", <Person key="person" person={person} email={email} />],
    [
      "Token",
      <a key="token" href={tokens}>
        <code class="wrap">{tokenId}</code>
      </a>,
    ],
    ["Workspace", <a key="workspace" href={`/workspaces/${workspace}`}>{workspace}</a>],
    ["Server", <ServerName key="server" then={call.server} now={server} />],
    [
      method === "resources/read" ? "Resource" : "Tool",
      <code key="tool" class="wrap">{tool === "" ? "none" : tool}</code>,
    ],
    ["Method", <code key="method">{method}</code>],
    ["Client", era === null ? "not known" : `${era} era of MCP`],
    ["Request", spokenBytes(bytesIn)],
    ["Answer", spokenBytes(bytesOut)],
    ["Call", <Command key="id" text={id} />],
  ];
  return (
    <Card id="record" title="On the record">
      <Facts facts={facts} />
      <Ways call={call} workspace={workspace} />
    </Card>
  );
}

function When({ at, now }: { at: string; now: string }) {
  return (
    <>
      {at.slice(0, 23).replace("T", " ")} UTC, <RelativeTime at={at} now={now} />
    </>
  );
}

function Person({ person, email }: { person: string; email: string | null }) {
  if (email === null) return <>{person}</>;
  return (
    <>
      <a href={`/members/${encodeURIComponent(email)}`}>{person}</a>{" "}
      <span class="quiet">{email}</span>
    </>
  );
}

function ServerName({ then, now }: { then: string | null; now: string | null }) {
  if (then === null) return <span class="quiet">none that is installed has this name</span>;
  return (
    <>
      {now === null ? then : <a href={`/servers/${now}`}>{now}</a>}
      {now === null && <span class="quiet">, removed since</span>}
      {now !== null && now !== then && <span class="quiet">, called {then} then</span>}
    </>
  );
}

/** What else is known of the same person and tool. */
function Ways(
  { call: { tokenId, server, tool }, workspace }: { call: CallView; workspace: string },
) {
  const to = (page: string, filter: Record<string, string>) =>
    `${page}?${new URLSearchParams({ workspace, ...filter })}`;
  return (
    <p class="links">
      <a href={to("/calls", { member: tokenId })}>Calls with this token</a>
      {server !== null && tool !== "" && (
        <>
          <a href={to("/calls", { server, tool })}>Calls of this tool</a>
          <a href={to("/analytics", { server, tool })}>Analytics of this tool</a>
        </>
      )}
    </p>
  );
}
