import type { ComponentChildren } from "preact";

interface EmptyStateProps {
  title: string;
  /** What this is for, and what to do next. */
  children: ComponentChildren;
  /** The next step. */
  action?: { title: string; path: string };
}

/** Stands where there is nothing yet, and says what to do next. */
export default function EmptyState({ title, children, action }: EmptyStateProps) {
  return (
    <div class="empty-state">
      <h2>{title}</h2>
      <div class="empty-words">{children}</div>
      {action !== undefined && <a class="button" href={action.path}>{action.title}</a>}
    </div>
  );
}
