import type { ConnectionFinding } from "../core/servers/connection_finding.ts";

/** A word before the sentence, which says without colour how it went. */
const WORDS = {
  works: { kind: "good", word: "works" },
  wants_credentials: { kind: "warn", word: "wants a key" },
  failed: { kind: "bad", word: "failed" },
} as const;

/** What a trial connection found. */
export default function ConnectionResult({ finding }: { finding: ConnectionFinding }) {
  const { state, title, advice, facts } = finding;
  const { kind, word } = WORDS[state];
  return (
    <div class="connection-result" data-state={state}>
      <p class="connection-title">
        <span class="badge" data-kind={kind}>{word}</span> {title}
      </p>
      {advice !== null && <p class="hint">{advice}</p>}
      {facts.length > 0 && (
        <dl class="facts">
          {facts.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  );
}
