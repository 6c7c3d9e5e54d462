import type { SinkStatus, SinkView } from "../../../../../core/sinks/sink.ts";
import Badge, { type BadgeKind } from "../../../(_components)/Badge.tsx";

const STATES: Record<SinkStatus, { kind: BadgeKind; word: string }> = {
  caught_up: { kind: "good", word: "has all" },
  behind: { kind: "warn", word: "behind" },
  failing: { kind: "bad", word: "failing" },
  disabled: { kind: "neutral", word: "disabled" },
};

/** How a sink does. */
export default function SinkState({ sink }: { sink: Pick<SinkView, "status"> }) {
  const { kind, word } = STATES[sink.status];
  return <Badge kind={kind}>{word}</Badge>;
}
