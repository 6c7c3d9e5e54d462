import type { ComponentChildren } from "preact";
import type { Admin } from "../../../../core/admins/admin.ts";
import PageHeader from "../../(_components)/PageHeader.tsx";
import Tabs, { type Tab } from "../../(_components)/Tabs.tsx";
import { mayOpen } from "../../(_http)/page_rules.ts";

/** The parts of the settings; each is shown to whom its rule lets in. */
const PARTS: readonly Tab[] = [
  { path: "/settings", title: "System" },
  { path: "/settings/admins", title: "Admins" },
  { path: "/settings/tokens", title: "CLI tokens" },
  { path: "/settings/keys", title: "Keys" },
  { path: "/settings/limits", title: "Limits" },
  { path: "/settings/webhooks", title: "Webhooks" },
  { path: "/settings/sinks", title: "Sinks" },
];

interface SettingsFrameProps {
  /** Who looks: `state.admin`. */
  admin: Admin | null;
  /** The part that is open, also on a page below it. */
  current: string;
  /** On a page below a part: what it is about. The ways up stand above its title. */
  below?: string;
  lead?: ComponentChildren;
  /** What can be done here, beside the title. */
  actions?: ComponentChildren;
  children: ComponentChildren;
}

/** What is around every page of the settings: the ways to the others. */
export default function SettingsFrame(props: SettingsFrameProps) {
  const { admin, current, below, lead, actions, children } = props;
  const part = PARTS.find(({ path }) => path === current)?.title;
  return (
    <>
      <PageHeader
        title="Settings"
        windowTitle={[below, part, "Settings"].filter((name) => name !== undefined).join(" · ")}
        trail={below === undefined || part === undefined ? [] : [
          { title: "Settings", path: "/settings" },
          { title: part, path: current },
        ]}
        lead={lead}
      >
        {actions}
      </PageHeader>
      <Tabs
        label="Parts of the settings"
        tabs={PARTS.filter(({ path }) => mayOpen(admin, path))}
        current={current}
      />
      {children}
    </>
  );
}
