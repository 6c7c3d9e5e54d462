import type { Outcome } from "../../../../core/calls/call.ts";
import { calledName } from "../../../../core/calls/called_name.ts";
import type { CallRow } from "../../../../core/overview/overview.ts";
import RelativeTime from "../../../../islands/RelativeTime.tsx";
import Card from "./Card.tsx";
import Title from "./Title.tsx";

const OUTCOMES: Record<Outcome, string> = {
  ok: "ok",
  tool_error: "tool error",
  protocol_error: "protocol error",
  upstream_failure: "server failed",
  refused: "refused",
  cancelled: "cancelled",
  input_required: "asked its client",
};

/** The latest calls. */
export default function CallsCard({ calls, now }: { calls: readonly CallRow[]; now: string }) {
  if (calls.length === 0) {
    return (
      <Card id="calls" title="Latest calls">
        <div class="empty">
          <p>
            No calls yet. They show up here as soon as an editor uses a tool through a workspace.
          </p>
        </div>
      </Card>
    );
  }

  return (
    <Card id="calls" title="Latest calls">
      <table>
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">Person</th>
            <th scope="col">Workspace</th>
            <th scope="col">Called</th>
            <th scope="col">Outcome</th>
            <th scope="col" class="number">Time</th>
          </tr>
        </thead>
        <tbody>{calls.map((call, at) => <Row key={at} call={call} now={now} />)}</tbody>
      </table>
    </Card>
  );
}

function Row({ call, now }: { call: CallRow; now: string }) {
  const { at, person, email, workspace, outcome, durationMs } = call;
  return (
    <tr>
      <td data-label="When">
        <RelativeTime at={at} now={now} />
      </td>
      <td data-label="Person">
        <Title name={person} detail={email} />
      </td>
      <td data-label="Workspace">
        <code class="chip">{workspace}</code>
      </td>
      <td data-label="Called" class="wide">
        <code class="wrap">{calledName(call)}</code>
      </td>
      <td data-label="Outcome">
        <span class="badge" data-kind={outcome}>{OUTCOMES[outcome]}</span>
      </td>
      <td data-label="Time" class="number">{spokenDuration(durationMs)}</td>
    </tr>
  );
}

function spokenDuration(durationMs: number): string {
  return durationMs < 1_000
    ? `${Math.round(durationMs)} ms`
    : `${(durationMs / 1_000).toFixed(1)} s`;
}
