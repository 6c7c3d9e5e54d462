import type { Hints } from "../../../../../../core/definitions/definition_view.ts";
import Badge, { type BadgeKind } from "../../../../(_components)/Badge.tsx";

const WORDS: Record<keyof Hints, { yes: [string, BadgeKind]; no: [string, BadgeKind] }> = {
  readOnly: { yes: ["read-only", "good"], no: ["changes things", "warn"] },
  destructive: { yes: ["destructive", "bad"], no: ["not destructive", "neutral"] },
  idempotent: { yes: ["idempotent", "neutral"], no: ["not idempotent", "neutral"] },
  openWorld: { yes: ["open world", "neutral"], no: ["closed world", "neutral"] },
};

/** What a server promises of a tool; where it says nothing, nothing stands here. */
export default function HintBadges({ hints }: { hints: Hints }) {
  const said = (Object.keys(WORDS) as (keyof Hints)[]).filter((name) => hints[name] !== null);
  return (
    <>
      {said.map((name) => {
        const [word, kind] = WORDS[name][hints[name] ? "yes" : "no"];
        return <Badge key={name} kind={kind}>{word}</Badge>;
      })}
    </>
  );
}
