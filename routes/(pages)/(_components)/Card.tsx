import type { ComponentChildren } from "preact";

interface CardProps {
  id: string;
  title: string;
  /** How many there are, as far as they are shown. */
  count?: string;
  children: ComponentChildren;
}

/** A titled part of a page. */
export default function Card({ id, title, count, children }: CardProps) {
  return (
    <section class="card" id={id} aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>
        {title}
        {count !== undefined && <span class="count">{count}</span>}
      </h2>
      {children}
    </section>
  );
}
