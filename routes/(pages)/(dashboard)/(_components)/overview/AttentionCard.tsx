import type { Attention } from "../../../../../core/overview/attention.ts";
import Badge from "../../../(_components)/Badge.tsx";

/** So many things are shown at once; the rest comes when these are done. */
const MOST = 12;

/** What needs an admin, each with the way to where it is solved. */
export default function AttentionCard({ attention }: { attention: readonly Attention[] }) {
  const rest = attention.length - MOST;
  return (
    <section
      class="card"
      id="attention"
      aria-labelledby="attention-title"
      data-live="attention"
    >
      <h2 id="attention-title">
        What needs attention
        {attention.length > 0 && <span class="count">{attention.length}</span>}
      </h2>
      {attention.length === 0
        ? <p class="quiet">Nothing: no server fails, and nothing waits for an admin.</p>
        : (
          <ul class="attention">
            {attention.slice(0, MOST).map(({ id, kind, sentence, action, path }) => (
              <li key={id} data-row={id}>
                <Badge kind={kind}>{kind === "bad" ? "now" : "soon"}</Badge>
                <span class="attention-words">{sentence}</span>
                <a href={path}>{action}</a>
              </li>
            ))}
          </ul>
        )}
      {rest > 0 && <p class="quiet">And {rest} more, which come up when these are done.</p>}
    </section>
  );
}
