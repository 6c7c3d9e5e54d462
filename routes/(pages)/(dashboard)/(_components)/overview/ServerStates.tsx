import type { ServerState } from "../../../../../core/overview/overview.ts";
import { grouped } from "../../../../../core/calls/spoken_figures.ts";
import Badge, { type BadgeKind } from "../../../(_components)/Badge.tsx";
import Card from "../../../(_components)/Card.tsx";
import Title from "../Title.tsx";

interface ServerStatesProps {
  servers: readonly ServerState[];
  /** How many there are. */
  count: number;
}

/** A server of whose calls this part fails is worth a look, if it was called a few times. */
const FAILING_SHARE = 0.2;
const FEW_CALLS = 10;

/** How servers do: those with something wrong, then those that are called most. */
export default function ServerStates({ servers, count }: ServerStatesProps) {
  return (
    <div data-live="health">
      <Card
        id="health"
        title="Servers' health"
        count={count > servers.length ? `${servers.length} of ${count}` : undefined}
      >
        {servers.length === 0
          ? (
            <p class="quiet">
              No servers yet. <a href="/add/server">Add the first one</a>.
            </p>
          )
          : (
            <table>
              <thead>
                <tr>
                  <th scope="col">Server</th>
                  <th scope="col">State</th>
                  <th scope="col" class="number">Calls, 7 days</th>
                  <th scope="col" class="number">Errors</th>
                </tr>
              </thead>
              <tbody>
                {servers.map((state) => <Row key={state.server.id} state={state} />)}
              </tbody>
            </table>
          )}
        {count > servers.length && (
          <div class="more">
            <a class="button plain" href="/servers">All servers</a>
          </div>
        )}
      </Card>
    </div>
  );
}

function Row({ state }: { state: ServerState }) {
  const { server: { slug, name }, calls } = state;
  const { kind, word } = stateOf(state);
  return (
    <tr data-row={slug}>
      <td>
        <a class="row-link" href={`/servers/${slug}`}>
          <Title name={name} detail={slug} />
        </a>
      </td>
      <td data-label="State">
        <Badge kind={kind}>{word}</Badge>
      </td>
      <td data-label="Calls, 7 days" class="number">
        {calls === null
          ? "0"
          : calls === "counting"
          ? "…"
          : <a href={`/analytics?server=${calls.serverId ?? slug}`}>{grouped(calls.calls)}</a>}
      </td>
      <td data-label="Errors" class="number">
        {calls === null || calls === "counting" || calls.calls === 0
          ? "–"
          : `${grouped(calls.errors)} (${(calls.errors * 100 / calls.calls).toFixed(0)} %)`}
      </td>
    </tr>
  );
}

function stateOf(state: ServerState): { kind: BadgeKind; word: string } {
  const { disabled, health } = state.server;
  const calls = state.calls === "counting" ? null : state.calls;
  if (disabled !== null) {
    return disabled.reason === "leak"
      ? { kind: "bad", word: "blocked" }
      : { kind: "neutral", word: "disabled" };
  }
  if (health.breaker !== null) return { kind: "bad", word: "not called for now" };
  const isFailing = calls !== null && calls.calls >= FEW_CALLS &&
    calls.errors >= calls.calls * FAILING_SHARE;
  if (isFailing) return { kind: "warn", word: "many errors" };
  if (calls !== null && calls.calls > 0) return { kind: "good", word: "works" };
  return health.eras.length > 0
    ? { kind: "good", word: "answers" }
    : { kind: "neutral", word: "not called yet" };
}
