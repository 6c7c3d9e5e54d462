import type { ComponentChildren } from "preact";
import { Head } from "fresh/runtime";

interface PageHeaderProps {
  title: string;
  /** What the window is called, where the title alone would not do. */
  windowTitle?: string;
  /** The pages above this one. */
  trail?: readonly { title: string; path: string }[];
  /** One line that says what the page is about. */
  lead?: ComponentChildren;
  /** What stands beside the title: a slug, a state. */
  beside?: ComponentChildren;
  /** What can be done here. */
  children?: ComponentChildren;
}

/** The head of a page: where one is, and what can be done. */
export default function PageHeader(props: PageHeaderProps) {
  const { title, windowTitle = title, trail = [], lead, beside, children } = props;
  return (
    <header class="page-header">
      <Head>
        <title>{windowTitle} · Aerostack Gateway</title>
      </Head>
      {trail.length > 0 && (
        <nav class="trail" aria-label="Breadcrumb">
          {trail.map(({ title, path }) => <a key={path} href={path}>{title}</a>)}
        </nav>
      )}
      <div class="page-title">
        <h1>{title}</h1>
        {beside}
        {children !== undefined && <div class="page-actions">{children}</div>}
      </div>
      {lead !== undefined && <p class="lead">{lead}</p>}
    </header>
  );
}
