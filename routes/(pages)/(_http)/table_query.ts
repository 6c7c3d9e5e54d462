/** How a table is asked for in a page's address: `?q=`, `?sort=`, `?dir=` and `?page=`. */
export interface TableQuery {
  /** What is searched for, as it was typed. */
  q: string;
  /** By which column, or `null` for the page's own order. */
  sort: string | null;
  isDescending: boolean;
  /** From 1 on. */
  page: number;
}

/** The rows of one page of a table. */
export interface TablePage<Row> {
  rows: Row[];
  /** How many rows the search left. */
  total: number;
  page: number;
  pages: number;
  query: TableQuery;
}

/** So many rows stand on a page of a table. */
export const ROWS_PER_PAGE = 25;

/** Of what is searched for, no more is looked at. */
export const MAX_QUERY_CHARS = 200;

/** Reads how a table is asked for; what cannot be read counts as not given. */
export function readTableQuery(url: URL): TableQuery {
  const { searchParams } = url;
  const page = Number(searchParams.get("page") ?? "1");
  return {
    q: (searchParams.get("q") ?? "").slice(0, MAX_QUERY_CHARS),
    sort: searchParams.get("sort"),
    isDescending: searchParams.get("dir") === "desc",
    page: Number.isSafeInteger(page) && page >= 1 ? page : 1,
  };
}

/** What a table is searched in and sorted by. */
export interface TableColumns<Row> {
  /** All texts of a row in which the search looks. */
  search: (row: Row) => (string | null | undefined)[];
  /** What each column that can be sorted is sorted by. */
  sort: Record<string, (row: Row) => string | number | null | undefined>;
}

/** Searches, sorts and cuts rows as the query says; a page that is too far away is the last. */
export function tablePage<Row>(
  rows: readonly Row[],
  query: TableQuery,
  { search, sort }: TableColumns<Row>,
): TablePage<Row> {
  const words = query.q.toLowerCase().split(/\s+/).filter((word) => word !== "");
  const found = rows.filter((row) => {
    const texts = search(row).map((text) => (text ?? "").toLowerCase());
    return words.every((word) => texts.some((text) => text.includes(word)));
  });

  const by = query.sort !== null && Object.hasOwn(sort, query.sort) ? sort[query.sort] : null;
  if (by !== null) {
    const sign = query.isDescending ? -1 : 1;
    found.sort((a, b) => sign * compare(by(a), by(b)));
  }

  const pages = Math.max(1, Math.ceil(found.length / ROWS_PER_PAGE));
  const page = Math.min(query.page, pages);
  const start = (page - 1) * ROWS_PER_PAGE;
  return {
    rows: found.slice(start, start + ROWS_PER_PAGE),
    total: found.length,
    page,
    pages,
    query,
  };
}

/** What is not there comes first. */
function compare(a: string | number | null | undefined, b: typeof a): number {
  if (a === undefined || a === null) return b === undefined || b === null ? 0 : -1;
  if (b === undefined || b === null) return 1;
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a).localeCompare(String(b), "en", { numeric: true });
}

/** The same address with other parameters; `null` takes one out. */
export function withParams(url: URL, changes: Record<string, string | null>): string {
  const params = new URLSearchParams(url.searchParams);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) params.delete(name);
    else params.set(name, value);
  }
  return params.size === 0 ? url.pathname : `${url.pathname}?${params}`;
}
