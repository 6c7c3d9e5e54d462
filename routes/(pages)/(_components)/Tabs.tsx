/** A part of a thing that has a page of its own. */
export interface Tab {
  path: string;
  title: string;
  /** How many things are there, or wait there. */
  count?: number;
  /** Whether the count wants to be looked at. */
  isUrgent?: boolean;
}

interface TabsProps {
  /** What they are the parts of. */
  label: string;
  tabs: readonly Tab[];
  /** The path that is open. */
  current: string;
}

/** The parts of one thing, each a page; works without scripts. */
export default function Tabs({ label, tabs, current }: TabsProps) {
  return (
    <nav class="tabs" aria-label={label}>
      {tabs.map(({ path, title, count, isUrgent }) => (
        <a key={path} href={path} aria-current={path === current ? "page" : "false"}>
          {title}
          {count !== undefined && (
            <span class="tab-count" data-urgent={isUrgent ? "" : undefined}>{count}</span>
          )}
        </a>
      ))}
    </nav>
  );
}
