import type { DefinitionChangeEvent, Event } from "../../../../../core/events/event.ts";
import Badge from "../../../(_components)/Badge.tsx";
import EmptyState from "../../../(_components)/EmptyState.tsx";
import RelativeTime from "../../../(_components)/RelativeTime.tsx";
import LogPager from "../../(_components)/LogPager.tsx";
import { eventInWords, KINDS, placeOfEvent } from "./event_words.ts";

interface EventListProps {
  events: readonly Event[];
  nextCursor: string | null;
  isFirst: boolean;
  url: URL;
  now: string;
}

/** Events, each with the way to where it is solved. */
export default function EventList({ events, nextCursor, isFirst, url, now }: EventListProps) {
  return (
    <div class="card log" data-live="events">
      {events.length > 0
        ? (
          <table aria-label="Events">
            <thead>
              <tr>
                <th scope="col">When</th>
                <th scope="col">Kind</th>
                <th scope="col">Server</th>
                <th scope="col">What happened</th>
                <th scope="col">What to do</th>
              </tr>
            </thead>
            <tbody>
              {events.map((event) => <Row key={keyOf(event)} event={event} now={now} />)}
            </tbody>
          </table>
        )
        : <Nothing isAll={url.search === ""} hasMore={nextCursor !== null} />}
      <LogPager url={url} nextCursor={nextCursor} isFirst={isFirst} what="events" />
    </div>
  );
}

function Row({ event, now }: { event: Event; now: string }) {
  const { title, badge } = KINDS[event.kind];
  const place = placeOfEvent(event);
  return (
    <tr data-row={keyOf(event)}>
      <td data-label="When">
        <RelativeTime at={event.at} now={now} />
      </td>
      <td data-label="Kind">
        <Badge kind={badge}>{title}</Badge>
      </td>
      <td data-label="Server">
        <a href={`/servers/${event.server}`}>
          <code>{event.server}</code>
        </a>
      </td>
      <td data-label="What happened" class="wide text">
        {eventInWords(event)}
        {event.kind === "definition_change" && event.diff.length > 0 && <Diff event={event} />}
      </td>
      <td data-label="What to do" class="way">
        <a href={place.path}>{place.title}</a>
      </td>
    </tr>
  );
}

/** What differs; texts of a server are shown as they are. */
function Diff({ event: { diff } }: { event: DefinitionChangeEvent }) {
  return (
    <details class="event-diff">
      <summary>What differs: {diff.map(({ field }) => field).join(", ")}</summary>
      {diff.map(({ field, before, after }) => (
        <dl key={field}>
          <dt>{field}</dt>
          {before !== null && (
            <dd>
              <del>{before}</del>
            </dd>
          )}
          {after !== null && (
            <dd>
              <ins>{after}</ins>
            </dd>
          )}
        </dl>
      ))}
    </details>
  );
}

function Nothing({ isAll, hasMore }: { isAll: boolean; hasMore: boolean }) {
  if (!isAll || hasMore) {
    return <p class="empty">{hasMore ? "No such event so far." : "There are no such events."}</p>;
  }
  return (
    <EmptyState title="Nothing happened">
      <p>
        When a server sends back a secret, changes a tool, or stops answering, it shows up here. A
        webhook can tell you, too.
      </p>
    </EmptyState>
  );
}

function keyOf(event: Event): string {
  const what = "tool" in event ? event.tool : "";
  return `${event.at} ${event.kind} ${event.server} ${what}`;
}
