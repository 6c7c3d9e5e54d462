import { withParams } from "../../(_http)/table_query.ts";

interface FilterChipsProps {
  url: URL;
  /** The parameters that filter, and how people call them. */
  names: Record<string, string>;
}

/** What a list is filtered by; each filter is a link to the same list without it. */
export default function FilterChips({ url, names }: FilterChipsProps) {
  const given = Object.entries(names).flatMap(([name, label]) => {
    const value = url.searchParams.get(name)?.trim() ?? "";
    return value === "" ? [] : [{ name, label, value }];
  });
  if (given.length === 0) return null;
  return (
    <ul class="filter-chips" aria-label="Filters">
      {given.map(({ name, label, value }) => (
        <li key={name}>
          <a
            href={withParams(url, { [name]: null, cursor: null })}
            aria-label={`Remove the filter ${label} ${value}`}
          >
            <span class="quiet">{label}</span> {value} <span aria-hidden="true">×</span>
          </a>
        </li>
      ))}
      {given.length > 1 && (
        <li>
          <a href={url.pathname} class="clear">Remove all</a>
        </li>
      )}
    </ul>
  );
}
