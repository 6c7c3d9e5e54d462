import { useEffect, useState } from "preact/hooks";
import type { LiveTopic } from "../core/live/live_topic.ts";
import { followChanges, type LiveState } from "../browser/follow_changes.ts";

const WORDS: Record<LiveState, string> = {
  starting: "",
  live: "Live",
  polling: "Not live just now; trying again",
  offline: "No connection; trying again",
  signed_out: "You were signed out.",
  gone: "This page is not here any more.",
};

/**
 * Keeps a page up to date: whenever one of the topics changed, every element with `data-live` is
 * made as the server has it now. Says how that goes, and nothing where no scripts run.
 */
export default function Live({ topics }: { topics: LiveTopic[] }) {
  const [state, setState] = useState<LiveState>("starting");
  useEffect(() => followChanges(topics, setState), []);
  return (
    <span class="live-state" role="status" data-state={state}>
      {WORDS[state]}
      {state === "signed_out" && <a href="/sign-in">Sign in</a>}
      {state === "gone" && <a href="/">Go to the overview</a>}
    </span>
  );
}
