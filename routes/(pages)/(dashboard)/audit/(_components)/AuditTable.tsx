import type { AuditEntryView } from "../../../../../core/audit/audit_entry.ts";
import { changeInWords } from "../../../../../core/audit/change_in_words.ts";
import RelativeTime from "../../../(_components)/RelativeTime.tsx";
import { withParams } from "../../../(_http)/table_query.ts";
import LogPager from "../../(_components)/LogPager.tsx";
import Subject from "./Subject.tsx";

interface AuditTableProps {
  entries: readonly AuditEntryView[];
  nextCursor: string | null;
  isFirst: boolean;
  url: URL;
  now: string;
}

/** A page of the audit log. */
export default function AuditTable({ entries, nextCursor, isFirst, url, now }: AuditTableProps) {
  return (
    <div class="card log" data-live="audit">
      {entries.length === 0
        ? (
          <p class="empty">
            {nextCursor === null ? "There are no such entries." : "No such entry so far."}
          </p>
        )
        : (
          <table aria-label="Admins' changes">
            <thead>
              <tr>
                <th scope="col">#</th>
                <th scope="col">When</th>
                <th scope="col">Who</th>
                <th scope="col">Did</th>
                <th scope="col">To</th>
                <th scope="col">Changed</th>
              </tr>
            </thead>
            <tbody>
              {entries.map((entry) => <Row key={entry.seq} entry={entry} url={url} now={now} />)}
            </tbody>
          </table>
        )}
      <LogPager url={url} nextCursor={nextCursor} isFirst={isFirst} what="entries">
        <p class="quiet">
          Export all of these: <a href={exportOf(url)} download="">JSON lines</a>
        </p>
      </LogPager>
    </div>
  );
}

/** A file has all that the filters let through, on whichever page of them one is. */
function exportOf(url: URL): string {
  const { pathname, search } = url;
  return withParams(new URL(`${pathname}/export${search}`, url), { cursor: null, limit: null });
}

function Row({ entry, url, now }: { entry: AuditEntryView; url: URL; now: string }) {
  const { seq, at, actor, action, subject, changes } = entry;
  const only = (name: string, value: string) => withParams(url, { [name]: value, cursor: null });
  return (
    <tr data-row={seq}>
      <td data-label="#" class="quiet minor">{seq}</td>
      <td data-label="When">
        <RelativeTime at={at} now={now} />
      </td>
      <td data-label="Who" class="text">
        <a href={only("actor", actor.name)} class="plain-link">
          <strong>{actor.name}</strong>
        </a>{" "}
        {actor.kind !== "gateway" && <span class="quiet">by {actor.via}</span>}
      </td>
      <td data-label="Did">
        <a href={only("action", action)} class="plain-link">
          <code>{action}</code>
        </a>
      </td>
      <td data-label="To" class="audit-to">
        <Subject subject={subject} />
      </td>
      <td data-label="Changed" class="wide text">
        {Object.entries(changes).map(([field, change]) => (
          <div key={field}>
            <span class="quiet">{field}</span> {changeInWords(change)}
          </div>
        ))}
      </td>
    </tr>
  );
}
