import type { DeliveryState, DeliveryView } from "../../../../../core/webhooks/delivery.ts";
import Badge, { type BadgeKind } from "../../../(_components)/Badge.tsx";
import RelativeTime from "../../../(_components)/RelativeTime.tsx";
import { KIND_WORDS } from "./WebhookFields.tsx";

/** What each state is called, and how it looks. */
export const STATES: Record<DeliveryState, { kind: BadgeKind; word: string }> = {
  pending: { kind: "warn", word: "waiting" },
  delivered: { kind: "good", word: "delivered" },
  dead: { kind: "bad", word: "given up" },
};

interface DeliveriesTableProps {
  deliveries: readonly DeliveryView[];
  now: string;
}

/** Deliveries of alerts, each leading to its attempts. */
export default function DeliveriesTable({ deliveries, now }: DeliveriesTableProps) {
  return (
    <table aria-label="Deliveries">
      <thead>
        <tr>
          <th scope="col">Alert</th>
          <th scope="col">State</th>
          <th scope="col">Since</th>
          <th scope="col" class="number">Attempts</th>
          <th scope="col">Next, or last problem</th>
        </tr>
      </thead>
      <tbody>
        {deliveries.map(({ id, type, state, createdAt, tries, dueAt, reason, attempts }) => (
          <tr key={id}>
            <td data-label="Alert">
              <a href={`/settings/deliveries/${id}`}>{KIND_WORDS[type]}</a>
            </td>
            <td data-label="State">
              <Badge kind={STATES[state].kind}>{STATES[state].word}</Badge>
            </td>
            <td data-label="Since">
              <RelativeTime at={createdAt} now={now} />
            </td>
            <td data-label="Attempts" class="number">{tries}</td>
            <td data-label="Next, or last problem" class="wide text">
              {dueAt !== null && (
                <>
                  next <RelativeTime at={dueAt} now={now} />
                  {" "}
                </>
              )}
              <span class="quiet">{reason ?? attempts.at(-1)?.error}</span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
