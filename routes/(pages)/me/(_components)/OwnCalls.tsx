import { calledName } from "../../../../core/calls/called_name.ts";
import { spokenDuration } from "../../../../core/calls/spoken_figures.ts";
import type { OwnPageView } from "../../../../core/members/read_own_page.ts";
import Card from "../../(_components)/Card.tsx";
import RelativeTime from "../../(_components)/RelativeTime.tsx";
import { OUTCOMES } from "../../(dashboard)/(_components)/outcome_words.ts";

/** What a member called lately. */
export default function OwnCalls({ own, now }: { own: OwnPageView; now: string }) {
  const { calls } = own;
  return (
    <Card id="calls" title="Your latest calls">
      {calls.length === 0
        ? (
          <p class="empty">
            None in the last 24 hours. They show up here when an editor uses a tool.
          </p>
        )
        : (
          <table aria-label="Your latest calls">
            <thead>
              <tr>
                <th scope="col">When</th>
                <th scope="col">Called</th>
                <th scope="col">Outcome</th>
                <th scope="col" class="number">Time</th>
              </tr>
            </thead>
            <tbody>
              {calls.map((call) => (
                <tr key={call.id}>
                  <td data-label="When">
                    <RelativeTime at={call.at} now={now} />
                  </td>
                  <td data-label="Called" class="wide">
                    <code class="wrap">{calledName(call)}</code>
                  </td>
                  <td data-label="Outcome">
                    <span class="badge" data-kind={call.outcome}>{OUTCOMES[call.outcome]}</span>
                  </td>
                  <td data-label="Time" class="number">{spokenDuration(call.durationMs)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
    </Card>
  );
}
