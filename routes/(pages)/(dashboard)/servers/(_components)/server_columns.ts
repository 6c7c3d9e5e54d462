import type { ServerRow } from "../../../../../core/servers/server_row.ts";
import type { TableColumns } from "../../../(_http)/table_query.ts";
import { spokenEras, spokenTransport, stateOf } from "./server_words.ts";

/** What the list of servers is searched in and sorted by. */
export const SERVER_COLUMNS: TableColumns<ServerRow> = {
  search: (row) => [
    row.name,
    row.slug,
    row.url,
    stateOf(row).word,
    spokenEras(row.health),
    spokenTransport(row.health),
  ],
  sort: {
    name: (row) => row.name.toLowerCase(),
    url: (row) => row.url,
    state: (row) => stateOf(row).order,
    tools: (row) => row.tools,
    changes: (row) => row.changesWaiting,
  },
};
