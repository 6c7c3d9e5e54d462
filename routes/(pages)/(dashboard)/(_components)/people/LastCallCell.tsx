import { type LastCall, USE_DAYS } from "../../../../../core/overview/overview.ts";
import RelativeTime from "../../../(_components)/RelativeTime.tsx";

/** When a token was last used, as far as it is known. */
export default function LastCallCell({ lastCall, now }: { lastCall: LastCall; now: string }) {
  if (lastCall === "never") return <span class="quiet">never</span>;
  if (lastCall === "not lately") return <span class="quiet">not in {USE_DAYS} days</span>;
  return <RelativeTime at={lastCall.at} now={now} />;
}
