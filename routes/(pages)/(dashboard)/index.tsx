import { page } from "fresh";
import type { AnalyticsReport, ReportRow } from "../../../core/analytics/report.ts";
import { calledName } from "../../../core/calls/called_name.ts";
import { type Overview, TOP_DAYS } from "../../../core/overview/overview.ts";
import { readOverview } from "../../../core/overview/read_overview.ts";
import { define } from "../../../define.ts";
import Live from "../../../islands/Live.tsx";
import Card from "../(_components)/Card.tsx";
import PageHeader from "../(_components)/PageHeader.tsx";
import { mayOpen } from "../(_http)/page_rules.ts";
import BeingCounted from "./(_components)/BeingCounted.tsx";
import CallsCard from "./(_components)/CallsCard.tsx";
import TopBars from "./(_components)/charts/TopBars.tsx";
import AttentionCard from "./(_components)/overview/AttentionCard.tsx";
import FirstSteps from "./(_components)/overview/FirstSteps.tsx";
import NowTiles from "./(_components)/overview/NowTiles.tsx";
import ServerStates from "./(_components)/overview/ServerStates.tsx";

/** Only admins may see the master keys. */
const KEYS = "/settings/keys";

export const handler = define.handlers({
  async GET({ state: { services } }) {
    const overview = await readOverview(services);
    return page({ overview, now: services.now().toISOString() });
  },
});

export default define.page<typeof handler>(({ data: { overview, now }, state: { admin } }) => {
  const { attention, steps, counts, hours, tops, servers, calls } = overview;
  const shown = attention.filter(({ path }) => {
    return path !== KEYS || mayOpen(admin, KEYS);
  });
  return (
    <>
      <PageHeader
        title="Overview"
        beside={<Live topics={["calls", "servers", "events", "changes"]} />}
      />
      <div data-live="steps">
        {steps !== null && <FirstSteps steps={steps} admin={admin} />}
      </div>
      <AttentionCard attention={shown} />
      <NowTiles hours={hours} counts={counts} />
      <div class="columns" data-live="tops">
        <Card id="tools" title="Top tools" count={daysOf(tops)}>
          <Bars id="top-tools" of="Tool" report={tops && tops.tools} />
        </Card>
        <Card id="people" title="Top people" count={daysOf(tops)}>
          <Bars id="top-people" of="Person" report={tops && tops.people} />
        </Card>
      </div>
      <ServerStates servers={servers} count={counts.servers} />
      <div data-live="latest-calls">
        <CallsCard calls={calls} now={now} />
      </div>
    </>
  );
});

interface BarsProps {
  id: string;
  of: string;
  /** `null` while it is counted. */
  report: AnalyticsReport | null;
}

/** Counting took longer than a page may, where it is some seconds old. */
function daysOf(tops: Overview["tops"]): string {
  const until = tops === null ? "" : `, until ${tops.tools.to.slice(11, 16)} UTC`;
  return `${TOP_DAYS} days${until}`;
}

function Bars({ id, of, report }: BarsProps) {
  if (report === null) return <BeingCounted />;
  const { items: rows, total: { calls } } = report;
  if (rows.length === 0) return <p class="quiet">Nothing was called in this time.</p>;
  const bars = rows.map((row, index) => ({
    key: String(index),
    name: row.user ?? toolName(row),
    path: pathOf(row),
    calls: row.calls,
    errors: row.errors,
  }));
  return <TopBars id={id} of={of} bars={bars} calls={calls} />;
}

function pathOf({ user, email, tokenId, server, serverId, tool }: ReportRow): string {
  const query = user !== undefined
    ? { member: email ?? tokenId ?? user }
    : { tool: tool ?? "", server: serverId ?? server ?? "" };
  const given = Object.entries(query).filter(([, value]) => value !== "");
  return `/analytics?${new URLSearchParams(given)}`;
}

function toolName({ server = null, method = "tools/call", tool = "" }: ReportRow): string {
  return calledName({ server, method, tool });
}
