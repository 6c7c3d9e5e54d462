import { page } from "fresh";
import { GatewayError } from "../../../core/errors.ts";
import { define } from "../../../define.ts";
import { SearchForm } from "../(_components)/DataTable.tsx";
import PageHeader from "../(_components)/PageHeader.tsx";
import { MAX_QUERY_CHARS } from "../(_http)/table_query.ts";
import { findPlaces, MAX_PLACES } from "./(_palette)/find_places.ts";

export const handler = define.handlers({
  async GET(ctx) {
    const { services, admin } = ctx.state;
    if (admin === null) throw new GatewayError("unauthorized", "Cannot search: no admin");
    const q = (ctx.url.searchParams.get("q") ?? "").slice(0, MAX_QUERY_CHARS);
    return page({ q, places: findPlaces(admin, q, await services.names.read()) });
  },
});

/** What the palette finds, as a page: for who has no scripts, or opens it in another window. */
export default define.page<typeof handler>(({ data: { q, places }, url }) => (
  <>
    <PageHeader
      title="Search"
      lead="Pages, servers, workspaces, people, and what can be done with them."
    />
    <SearchForm url={url} hint="Search everything" q={q} kept={[]} />
    {places.length === 0 ? <p class="empty">Nothing is called "{q}".</p> : (
      <>
        <ul class="places" aria-label="What was found">
          {places.map(({ kind, title, detail, path }) => (
            <li key={`${kind} ${path}`}>
              <a href={path}>
                <span class="place-title">{title}</span>
                {detail !== null && <code>{detail}</code>}
                <span class="place-kind">{kind}</span>
              </a>
            </li>
          ))}
        </ul>
        {places.length === MAX_PLACES && (
          <p class="quiet">The best {MAX_PLACES} are shown; type more to see others.</p>
        )}
      </>
    )}
  </>
));
