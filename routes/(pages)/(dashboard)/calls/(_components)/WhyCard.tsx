import type { CallView, Reason } from "../../../../../core/calls/call.ts";
import Card from "../../../(_components)/Card.tsx";
import { placeOf, REASONS } from "./reason_words.ts";

interface WhyCardProps {
  call: CallView;
  reason: Reason;
  workspace: string;
}

/** Why a call did not do what was asked, and what may help. */
export default function WhyCard({ call, reason, workspace }: WhyCardProps) {
  const { sentence, advice } = REASONS[reason];
  const place = placeOf(call, workspace);
  return (
    <Card id="why" title="What went wrong">
      <p>
        {sentence} <code class="chip">{reason}</code>
      </p>
      <p class="lead">{advice}</p>
      {place !== null && (
        <p>
          <a class="button plain" href={place.path}>{place.title}</a>
        </p>
      )}
    </Card>
  );
}
