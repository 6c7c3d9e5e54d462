import { calledName } from "../../../../core/calls/called_name.ts";
import { spokenDuration } from "../../../../core/calls/spoken_figures.ts";
import type { CallRow } from "../../../../core/overview/overview.ts";
import RelativeTime from "../../(_components)/RelativeTime.tsx";
import Card from "../../(_components)/Card.tsx";
import { OUTCOMES } from "./outcome_words.ts";
import Title from "./Title.tsx";

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
      <div class="more">
        <a class="button plain" href="/calls">All calls</a>
      </div>
    </Card>
  );
}

function Row({ call, now }: { call: CallRow; now: string }) {
  const { at, person, email, workspace, outcome, durationMs } = call;
  return (
    <tr data-row={`${call.workspace} ${at} ${call.tokenId} ${call.tool}`}>
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
