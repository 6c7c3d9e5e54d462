import { withParams } from "../../../(_http)/table_query.ts";

/** A part of a list. */
export interface Filter {
  /** As it stands in the address; `null` is the whole list. */
  value: string | null;
  title: string;
  count: number;
}

interface FilterLinksProps {
  label: string;
  url: URL;
  param: string;
  filters: readonly Filter[];
  current: string | null;
}

/** Leads to parts of a list, each by an address of its own. */
export default function FilterLinks({ label, url, param, filters, current }: FilterLinksProps) {
  return (
    <nav class="filter-links" aria-label={label}>
      {filters.map(({ value, title, count }) => (
        <a
          key={title}
          href={withParams(url, { [param]: value, page: null })}
          aria-current={value === current ? "true" : "false"}
        >
          {title} <span class="count">{count}</span>
        </a>
      ))}
    </nav>
  );
}
