import RelativeTime from "../../../(_components)/RelativeTime.tsx";

/** When a token ends by itself. */
export default function ExpiryCell({ expiresAt, now }: { expiresAt: string | null; now: string }) {
  if (expiresAt === null) return <span class="quiet">never</span>;
  return <RelativeTime at={expiresAt} now={now} />;
}
