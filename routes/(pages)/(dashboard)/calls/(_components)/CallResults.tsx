import type { CallsFound } from "../../../../../core/calls/search_calls.ts";
import EmptyState from "../../../(_components)/EmptyState.tsx";
import { withParams } from "../../../(_http)/table_query.ts";
import LogPager from "../../(_components)/LogPager.tsx";
import CallTable from "./CallTable.tsx";

interface CallResultsProps {
  found: CallsFound;
  /** `null` for all of them. */
  workspace: string | null;
  isFirst: boolean;
  isFiltered: boolean;
  url: URL;
  now: string;
}

/** The calls that were found, with the ways to older ones and into a file. */
export default function CallResults(props: CallResultsProps) {
  const { found: { items, nextCursor, lookedBackTo }, workspace, isFirst, url, now } = props;
  return (
    <div class="card log" data-live="calls">
      {items.length > 0
        ? <CallTable calls={items} now={now} isOneWorkspace={workspace !== null} />
        : <Nothing {...props} />}
      <LogPager
        url={url}
        nextCursor={nextCursor}
        isFirst={isFirst}
        what="calls"
        lookedBackTo={lookedBackTo}
      >
        <ExportLinks workspace={workspace} url={url} />
      </LogPager>
    </div>
  );
}

function Nothing({ found: { nextCursor }, isFiltered, isFirst, url }: CallResultsProps) {
  if (nextCursor !== null) return <p class="empty">No such call so far.</p>;
  if (!isFirst) return <p class="empty">There are no older calls.</p>;
  if (isFiltered) {
    return (
      <EmptyState
        title="No such calls"
        action={{ title: "Show all calls", path: url.pathname }}
      >
        <p>No call on the record is as the filters say.</p>
      </EmptyState>
    );
  }
  return (
    <EmptyState title="No calls yet" action={{ title: "Go to workspaces", path: "/workspaces" }}>
      <p>
        They show up here as soon as an editor uses a tool. A workspace's page <em>Connect</em>{" "}
        says how an editor gets there.
      </p>
    </EmptyState>
  );
}

/** A file has all calls of a workspace that the filters let through, however many. */
function ExportLinks({ workspace, url }: { workspace: string | null; url: URL }) {
  if (workspace === null) {
    return <p class="quiet">To export calls, choose a workspace above.</p>;
  }
  const { pathname, search } = new URL(url);
  const to = (format: string) =>
    withParams(new URL(`${pathname}/export${search}`, url), { format, cursor: null });
  return (
    <p class="quiet">
      Export all of these: <a href={to("csv")} download="">CSV</a>{" "}
      <a href={to("jsonl")} download="">JSON lines</a>
    </p>
  );
}
