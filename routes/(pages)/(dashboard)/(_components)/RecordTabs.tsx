import Tabs from "../../(_components)/Tabs.tsx";

const TABS = [
  { path: "/audit", title: "Admins' changes" },
  { path: "/events", title: "Events" },
];

/** What admins did, and what no admin did. */
export default function RecordTabs({ current }: { current: string }) {
  return <Tabs label="Records" tabs={TABS} current={current} />;
}
