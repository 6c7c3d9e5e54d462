import type { ComponentChildren } from "preact";
import { type TablePage, withParams } from "../(_http)/table_query.ts";

/** A column of a table. */
export interface Column<Row> {
  title: string;
  /** By what the table is sorted when its title is clicked. */
  sort?: string;
  /** Numbers stand at the right. */
  isNumber?: boolean;
  /** Takes a whole line where the window is narrow. */
  isWide?: boolean;
  /** Is left out where the window is narrow. */
  isMinor?: boolean;
  cell(row: Row): ComponentChildren;
}

interface DataTableProps<Row> {
  /** What the table lists, for who cannot see where it stands. */
  label: string;
  url: URL;
  table: TablePage<Row>;
  columns: readonly Column<Row>[];
  keyOf(row: Row): string;
  /** Whether a row is over: revoked, disabled. */
  isOver?(row: Row): boolean;
  /** A search field above it, and what it says while it is empty. */
  searchHint?: string;
  /** What stands there when the search left nothing. */
  none?: string;
  /** More parameters that the search keeps. */
  kept?: readonly string[];
  /** The name by which its rows are kept up to date, where the page has `Live`. */
  live?: string;
}

/** A table that is searched, sorted and paged by links, so that each view has an address. */
export default function DataTable<Row>(props: DataTableProps<Row>) {
  const { label, url, table, columns, keyOf, isOver, searchHint, none } = props;
  const { rows, query } = table;
  return (
    <div class="data-table">
      {searchHint !== undefined && (
        <SearchForm url={url} hint={searchHint} q={query.q} kept={props.kept ?? []} />
      )}
      <div class="rows" data-live={props.live}>
        {rows.length === 0
          ? <p class="empty">{none ?? `Nothing here matches "${query.q}".`}</p>
          : (
            <table aria-label={label}>
              <thead>
                <tr>
                  {columns.map((column) => (
                    <SortHeader key={column.title} url={url} table={table} column={column} />
                  ))}
                </tr>
              </thead>
              <tbody>
                {rows.map((row) => (
                  <tr
                    key={keyOf(row)}
                    data-row={keyOf(row)}
                    class={isOver?.(row) ? "over" : undefined}
                  >
                    {columns.map((column) => (
                      <td
                        key={column.title}
                        data-label={column.title}
                        class={cellClass(column)}
                      >
                        {column.cell(row)}
                      </td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        <Pager url={url} table={table} />
      </div>
    </div>
  );
}

function cellClass<Row>({ isNumber, isWide, isMinor }: Column<Row>): string | undefined {
  const names = [
    ...isNumber ? ["number"] : [],
    ...isWide ? ["wide"] : [],
    ...isMinor ? ["minor"] : [],
  ];
  return names.length === 0 ? undefined : names.join(" ");
}

interface SortHeaderProps<Row> {
  url: URL;
  table: TablePage<Row>;
  column: Column<Row>;
}

function SortHeader<Row>({ url, table: { query }, column }: SortHeaderProps<Row>) {
  const { title, sort, isNumber } = column;
  const name = isNumber ? "number" : undefined;
  if (sort === undefined) return <th scope="col" class={name}>{title}</th>;

  const isSorted = query.sort === sort;
  const dir = isSorted && !query.isDescending ? "desc" : null;
  const state = isSorted ? query.isDescending ? "descending" : "ascending" : undefined;
  return (
    <th scope="col" class={name} aria-sort={state}>
      <a class="sort" href={withParams(url, { sort, dir, page: null })}>{title}</a>
    </th>
  );
}

interface SearchFormProps {
  url: URL;
  hint: string;
  q: string;
  kept: readonly string[];
}

/** Searches by an address; the key `/` leads to it. */
export function SearchForm({ url, hint, q, kept }: SearchFormProps) {
  const others = ["sort", "dir", ...kept].flatMap((name) => {
    const value = url.searchParams.get(name);
    return value === null ? [] : [{ name, value }];
  });
  return (
    <form class="search" method="get" action={url.pathname} role="search">
      {others.map(({ name, value }) => (
        <input
          key={name}
          type="hidden"
          name={name}
          value={value}
        />
      ))}
      <input
        type="search"
        name="q"
        value={q}
        placeholder={hint}
        aria-label={hint}
        maxLength={200}
        data-search=""
      />
      <button type="submit" class="button plain">Search</button>
      {q !== "" && (
        <a class="button plain" href={withParams(url, { q: null, page: null })}>
          Clear
        </a>
      )}
    </form>
  );
}

/** Leads through the pages of a table. */
export function Pager<Row>({ url, table }: { url: URL; table: TablePage<Row> }) {
  const { page, pages, total } = table;
  if (pages === 1) return null;
  const to = (wanted: number) => withParams(url, { page: wanted === 1 ? null : String(wanted) });
  return (
    <nav class="pager" aria-label="Pages of this table">
      {page > 1 && <a class="button plain" rel="prev" href={to(page - 1)}>Previous</a>}
      <span class="quiet">Page {page} of {pages}, {total} in all</span>
      {page < pages && <a class="button plain" rel="next" href={to(page + 1)}>Next</a>}
    </nav>
  );
}
