import type { Overview } from "../../../../core/overview/overview.ts";
import RelativeTime from "../../../../islands/RelativeTime.tsx";
import { countOf } from "./ListCard.tsx";

/** The sums at the top of the overview, each leading to its list. */
export default function Tiles({ overview, now }: { overview: Overview; now: string }) {
  const { servers, workspaces, calls } = overview;
  const active = workspaces.rows.reduce((sum, { activeTokens }) => sum + activeTokens, 0);
  const plus = workspaces.hasMore ? "+" : "";

  return (
    <ul class="tiles">
      <li>
        <a href="#servers">
          <strong>{countOf(servers)}</strong> {servers.rows.length === 1 ? "server" : "servers"}
        </a>
      </li>
      <li>
        <a href="#workspaces">
          <strong>{countOf(workspaces)}</strong>{" "}
          {workspaces.rows.length === 1 ? "workspace" : "workspaces"}
        </a>
      </li>
      <li>
        <a href="#tokens">
          <strong>{active}{plus}</strong> {active === 1 ? "active token" : "active tokens"}
        </a>
      </li>
      <li>
        <a href="#calls">
          <strong>
            {calls.length === 0 ? "None" : <RelativeTime at={calls[0].at} now={now} />}
          </strong>{" "}
          latest call
        </a>
      </li>
    </ul>
  );
}
