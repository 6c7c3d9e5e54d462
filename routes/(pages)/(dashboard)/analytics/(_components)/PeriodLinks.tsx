import { analyticsPath } from "../(_http)/analytics_question.ts";

const PERIODS = [
  ["24h", "24 hours"],
  ["7d", "7 days"],
  ["30d", "30 days"],
  ["90d", "90 days"],
] as const;

/** The periods that are asked for most, one click each. */
export default function PeriodLinks({ asked }: { asked: URLSearchParams }) {
  const isCustom = asked.has("from") || asked.has("to");
  const chosen = isCustom ? null : asked.get("period") ?? "7d";
  const isOther = chosen !== null && !PERIODS.some(([period]) => period === chosen);
  return (
    <nav class="segments" aria-label="Period">
      {PERIODS.map(([period, title]) => (
        <a
          key={period}
          href={analyticsPath(asked, { period, from: "", to: "" })}
          aria-current={period === chosen ? "true" : "false"}
        >
          {title}
        </a>
      ))}
      {isOther && <a href={analyticsPath(asked, {})} aria-current="true">{chosen}</a>}
    </nav>
  );
}
