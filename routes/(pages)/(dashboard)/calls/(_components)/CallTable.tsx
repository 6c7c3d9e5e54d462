import type { CallIn } from "../../../../../core/calls/search_calls.ts";
import { calledName } from "../../../../../core/calls/called_name.ts";
import { spokenDuration } from "../../../../../core/calls/spoken_figures.ts";
import RelativeTime from "../../../(_components)/RelativeTime.tsx";
import { OUTCOMES } from "../../(_components)/outcome_words.ts";
import Title from "../../(_components)/Title.tsx";
import { spokenReason } from "./reason_words.ts";

interface CallTableProps {
  calls: readonly CallIn[];
  now: string;
  /** Whether all of them are of one workspace, which need not be said of each. */
  isOneWorkspace: boolean;
}

/** Calls, each leading to its own page. */
export default function CallTable({ calls, now, isOneWorkspace }: CallTableProps) {
  return (
    <table class="calls" aria-label="Calls">
      <thead>
        <tr>
          <th scope="col">When</th>
          <th scope="col">Called</th>
          <th scope="col">Person</th>
          {!isOneWorkspace && <th scope="col">Workspace</th>}
          <th scope="col">Outcome</th>
          <th scope="col" class="number">Time</th>
        </tr>
      </thead>
      <tbody>
        {calls.map((call) => (
          <Row
            key={call.workspace + call.id}
            call={call}
            now={now}
            hasWorkspace={!isOneWorkspace}
          />
        ))}
      </tbody>
    </table>
  );
}

function Row({ call, now, hasWorkspace }: { call: CallIn; now: string; hasWorkspace: boolean }) {
  const { id, at, person, email, workspace, outcome, reason, durationMs } = call;
  return (
    <tr data-row={`${workspace} ${id}`}>
      <td data-label="When">
        <RelativeTime at={at} now={now} />
      </td>
      <td data-label="Called" class="wide">
        <a href={`/calls/${workspace}/${id}`}>
          <code class="wrap">{calledName(call)}</code>
        </a>
      </td>
      <td data-label="Person">
        <Title name={person} detail={email} />
      </td>
      {hasWorkspace && (
        <td data-label="Workspace">
          <code class="chip">{workspace}</code>
        </td>
      )}
      <td data-label="Outcome">
        <span class="badge" data-kind={outcome}>{OUTCOMES[outcome]}</span>
        {reason !== null && outcome !== reason && (
          <span class="quiet reason">{spokenReason(reason)}</span>
        )}
      </td>
      <td data-label="Time" class="number">{spokenDuration(durationMs)}</td>
    </tr>
  );
}
