import { type Context, page } from "fresh";
import { isAtLeast } from "../../../../../core/admins/role.ts";
import type { LeakEvent } from "../../../../../core/events/event.ts";
import { findServer } from "../../../../../core/servers/find_server.ts";
import { viewServer } from "../../../../../core/servers/view_server.ts";
import { define, type State } from "../../../../../define.ts";
import { answerForm, NOTHING_SENT, type Submitted } from "../../../(_http)/answer_form.ts";
import { formOf } from "../../../(_http)/form_state.ts";
import ServerFrame from "../../(_components)/ServerFrame.tsx";
import { AccessCard, LeaksCard } from "./(_components)/AccessCard.tsx";
import ConnectionCard from "./(_components)/ConnectionCard.tsx";
import RemoveCard from "./(_components)/RemoveCard.tsx";
import { SettingsCard, SettingsFacts } from "./(_components)/SettingsCard.tsx";
import { SERVER_SETTINGS, type Tested } from "./(_forms)/server_settings.ts";

/** So many leaks are shown; the page of events has the rest. */
const MAX_LEAKS = 10;

export const handler = define.handlers({
  GET: (ctx) => show(ctx, NOTHING_SENT),
  POST: (ctx) => answerForm(ctx, SERVER_SETTINGS, (submitted) => show(ctx, submitted)),
});

async function show(
  { params: { slug }, state: { services, admin } }: Context<State>,
  { form, shown, status }: Submitted<Tested>,
) {
  const found = await findServer(services, slug);
  const [server, events] = await Promise.all([
    viewServer(services, found),
    services.events.list({ server: slug, kind: "leak" }, { limit: MAX_LEAKS, cursor: null }),
  ]);
  const leaks = events.items.filter((event): event is LeakEvent => {
    return event.kind === "leak" && event.serverId === server.id;
  });
  const mayChange = admin !== null && isAtLeast(admin.role, "admin");
  const now = services.now().toISOString();
  const finding = shown?.finding ?? null;
  return page({ server, leaks, form, finding, mayChange, now }, { status });
}

export default define.page<typeof handler>(({ data, url }) => {
  const { server, leaks, form, finding, mayChange, now } = data;
  const access = (
    <>
      <AccessCard server={server} form={form} mayChange={mayChange} now={now} />
      <LeaksCard slug={server.slug} leaks={leaks} now={now} />
    </>
  );
  const isDisabled = server.disabled !== null;
  return (
    <ServerFrame
      server={server}
      pathname={url.pathname}
      topics={["servers", "events", "changes"]}
    >
      {isDisabled && access}
      <ConnectionCard
        server={server}
        form={formOf(form, "test")}
        finding={finding}
        mayTest={mayChange}
        now={now}
      />
      {mayChange
        ? <SettingsCard server={server} form={formOf(form, "save")} />
        : <SettingsFacts server={server} />}
      {!isDisabled && access}
      {mayChange && <RemoveCard server={server} form={formOf(form, "remove")} />}
    </ServerFrame>
  );
});
