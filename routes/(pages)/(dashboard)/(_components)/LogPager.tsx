import type { ComponentChildren } from "preact";
import { withParams } from "../../(_http)/table_query.ts";

interface LogPagerProps {
  url: URL;
  nextCursor: string | null;
  /** Whether these are the newest ones. */
  isFirst: boolean;
  /** What the log is of: `calls`. */
  what: string;
  /** Back to when it was looked through, where that was not all. */
  lookedBackTo?: string | null;
  /** What stands at the other end. */
  children?: ComponentChildren;
}

/** The ways to older entries of a log, and back to the newest. */
export default function LogPager(props: LogPagerProps) {
  const { url, nextCursor, isFirst, what, lookedBackTo = null, children } = props;
  if (isFirst && nextCursor === null && children === undefined) return null;
  return (
    <footer class="log-end">
      <nav class="pager" aria-label={`Pages of ${what}`}>
        {!isFirst && <a class="button plain" href={withParams(url, { cursor: null })}>Newest</a>}
        {lookedBackTo !== null && (
          <span class="quiet">Looked through back to {minuteOf(lookedBackTo)}.</span>
        )}
        {nextCursor !== null && (
          <a class="button plain" rel="next" href={withParams(url, { cursor: nextCursor })}>
            {lookedBackTo === null ? `Older ${what}` : "Look further back"}
          </a>
        )}
      </nav>
      {children}
    </footer>
  );
}

function minuteOf(time: string): string {
  return `${time.slice(0, 16).replace("T", " ")} UTC`;
}
