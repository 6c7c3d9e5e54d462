import type { ComponentChildren } from "preact";
import { type Listed, MAX_ROWS } from "../../../../core/overview/overview.ts";
import Command from "../../(_components)/Command.tsx";
import Card from "./Card.tsx";

interface ListCardProps<Row> {
  id: string;
  title: string;
  list: Listed<Row>;
  /** What stands there while there is nothing to list, and the command that changes it. */
  empty: { sentence: string; command: string };
  /** The command that lists the rest. */
  restCommand: string;
  /** The table. */
  children: ComponentChildren;
}

/** A list with its table, or with what to do while it is empty. */
export default function ListCard<Row>(props: ListCardProps<Row>) {
  const { id, title, list, empty, restCommand, children } = props;
  if (list.rows.length === 0) {
    return (
      <Card id={id} title={title}>
        <div class="empty">
          <p>{empty.sentence}</p>
          <Command text={empty.command} />
        </div>
      </Card>
    );
  }

  return (
    <Card id={id} title={title} count={countOf(list)}>
      {children}
      {list.hasMore && (
        <div class="more">
          <p>There are more than these {Math.min(list.rows.length, MAX_ROWS)}. To list the rest:</p>
          <Command text={restCommand} />
        </div>
      )}
    </Card>
  );
}

/** How many rows a list has, as a person reads it. */
export function countOf({ rows, hasMore }: Listed<unknown>): string {
  return hasMore ? `${rows.length}+` : String(rows.length);
}
