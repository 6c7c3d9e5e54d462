import { relativeTime } from "../../../browser/relative_time.ts";

interface RelativeTimeProps {
  /** ISO 8601. */
  at: string;
  /** What the server's clock says. */
  now: string;
}

/** A time as people say it, kept up to date where scripts run; the exact one is its title. */
export default function RelativeTime({ at, now }: RelativeTimeProps) {
  const exact = `${at.slice(0, 19).replace("T", " ")} UTC`;
  return (
    <time dateTime={at} title={exact} data-now={now}>
      {relativeTime(Date.parse(at), Date.parse(now))}
    </time>
  );
}
