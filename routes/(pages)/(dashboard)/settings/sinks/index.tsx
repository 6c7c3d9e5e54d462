import { page } from "fresh";
import { isAtLeast } from "../../../../../core/admins/role.ts";
import { grouped } from "../../../../../core/calls/spoken_figures.ts";
import { MAX_SINKS, type SinkView } from "../../../../../core/sinks/sink.ts";
import { viewSink } from "../../../../../core/sinks/view_sink.ts";
import { define } from "../../../../../define.ts";
import Card from "../../../(_components)/Card.tsx";
import EmptyState from "../../../(_components)/EmptyState.tsx";
import RelativeTime from "../../../(_components)/RelativeTime.tsx";
import SettingsFrame from "../../(_components)/SettingsFrame.tsx";
import Title from "../../(_components)/Title.tsx";
import SinkState from "../(_components)/SinkState.tsx";

export const handler = define.handlers({
  async GET({ state: { services } }) {
    const sinks = await services.sinks.list();
    const now = services.now().toISOString();
    return page({ sinks: await Promise.all(sinks.map((one) => viewSink(services, one))), now });
  },
});

export default define.page<typeof handler>(({ data: { sinks, now }, state: { admin } }) => {
  const mayAdd = admin !== null && isAtLeast(admin.role, "admin") && sinks.length < MAX_SINKS;
  return (
    <SettingsFrame
      admin={admin}
      current="/settings/sinks"
      lead="Where the log is sent as it grows: to a collector, or a SIEM."
      actions={mayAdd && sinks.length > 0 && <a class="button" href="/add/sink">Add a sink</a>}
    >
      {sinks.length === 0
        ? (
          <section class="card">
            <EmptyState
              title="No sinks yet"
              action={mayAdd ? { title: "Add a sink", path: "/add/sink" } : undefined}
            >
              <p>
                A sink gets every record of the log, in order, as OTLP or as JSON lines. What could
                not be sent is sent later.
              </p>
            </EmptyState>
          </section>
        )
        : (
          <Card id="sinks" title="Sinks" count={String(sinks.length)}>
            <table>
              <thead>
                <tr>
                  <th scope="col">Sink</th>
                  <th scope="col">State</th>
                  <th scope="col">Gets</th>
                  <th scope="col" class="number">Sent</th>
                  <th scope="col">Last sent</th>
                </tr>
              </thead>
              <tbody data-live="sinks">
                {sinks.map((sink) => <Row key={sink.id} sink={sink} now={now} />)}
              </tbody>
            </table>
          </Card>
        )}
    </SettingsFrame>
  );
});

function Row({ sink, now }: { sink: SinkView; now: string }) {
  const { id, name, url, enabled, include, workspaces, sentRecords, lastSentAt } = sink;
  return (
    <tr class={enabled ? undefined : "over"}>
      <td data-label="Sink">
        <a class="row-link" href={`/settings/sinks/${id}`}>
          <Title name={name} detail={url} />
        </a>
      </td>
      <td data-label="State">
        <SinkState sink={sink} />
      </td>
      <td data-label="Gets" class="text">
        {include.join(", ")}
        {workspaces !== null && <span class="quiet">of {workspaces.join(", ")}</span>}
      </td>
      <td data-label="Sent" class="number">{grouped(sentRecords)}</td>
      <td data-label="Last sent">
        {lastSentAt === null
          ? <span class="quiet">never</span>
          : <RelativeTime at={lastSentAt} now={now} />}
      </td>
    </tr>
  );
}
