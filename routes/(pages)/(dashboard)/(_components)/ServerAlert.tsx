import type { ServerView } from "../../../../core/servers/server.ts";
import RelativeTime from "../../(_components)/RelativeTime.tsx";

interface ServerAlertProps {
  server: Pick<ServerView, "slug" | "disabled" | "health">;
  now: string;
}

/** Says why nobody reaches a server, and where to change that; nothing while they do. */
export default function ServerAlert({ server, now }: ServerAlertProps) {
  const { slug, disabled, health: { breaker } } = server;
  const settings = `/servers/${slug}/settings`;
  if (disabled?.reason === "leak") {
    return (
      <p class="alert" data-kind="bad">
        <strong>Blocked</strong>{" "}
        <RelativeTime at={disabled.at} now={now} />: it sent back a secret, so nobody can call it.
        {" "}
        <a href={`${settings}#access`}>What was seen, and how to go on</a>
      </p>
    );
  }
  if (disabled !== null) {
    return (
      <p class="alert" data-kind="warn">
        <strong>Disabled</strong> by {disabled.by}{" "}
        <RelativeTime at={disabled.at} now={now} />: nobody can call it.{" "}
        <a href={`${settings}#access`}>Enable it again</a>
      </p>
    );
  }
  if (breaker === null) return null;
  return (
    <p class="alert" data-kind="bad">
      <strong>Not answering</strong>: {breaker.lastError}. It failed {breaker.failures}{" "}
      times in a row, the first time{" "}
      <RelativeTime at={breaker.since} now={now} />; it is tried again{" "}
      <RelativeTime at={breaker.nextTryAt} now={now} />.{" "}
      <a href={`${settings}#connection`}>Test it now</a>
    </p>
  );
}
