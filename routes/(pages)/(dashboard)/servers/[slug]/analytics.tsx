import { page } from "fresh";
import {
  readRecentServerBoard,
  type ServerBoard,
} from "../../../../../core/analytics/read_server_board.ts";
import { GatewayError } from "../../../../../core/errors.ts";
import { findServer } from "../../../../../core/servers/find_server.ts";
import type { Server } from "../../../../../core/servers/server.ts";
import { viewServer } from "../../../../../core/servers/view_server.ts";
import type { Services } from "../../../../../core/services.ts";
import { define } from "../../../../../define.ts";
import ServerFrame from "../../(_components)/ServerFrame.tsx";
import EmptyState from "../../../(_components)/EmptyState.tsx";
import BeingCounted from "../../(_components)/BeingCounted.tsx";
import ServerCalls from "./(_components)/ServerCalls.tsx";

const PERIODS = [
  ["24h", "24 hours"],
  ["7d", "7 days"],
  ["30d", "30 days"],
] as const;

/** What is counted of a server, or why nothing is. */
interface Counted {
  board: ServerBoard | null;
  isCounting: boolean;
  problem: string | null;
  status: number;
}

export const handler = define.handlers({
  async GET({ params, url, state: { services } }) {
    const server = await findServer(services, params.slug);
    const period = url.searchParams.get("period") ?? "7d";
    const [view, { status, ...counted }] = await Promise.all([
      viewServer(services, server),
      count(services, server, period),
    ]);
    const now = services.now().toISOString();
    return page({ server: view, period, now, ...counted }, { status });
  },
});

async function count(services: Services, server: Server, period: string): Promise<Counted> {
  const ids = await services.installs.listByServer(server.id);
  const workspaces = await services.workspaces.getMany(ids);
  if (workspaces.length === 0) {
    return { board: null, isCounting: false, problem: null, status: 200 };
  }
  try {
    const given = await readRecentServerBoard(services, server, workspaces, { period });
    const board = given && given.answer;
    return { board, isCounting: given === null, problem: null, status: 200 };
  } catch (error) {
    if (!(error instanceof GatewayError) || error.status !== 400) throw error;
    return { board: null, isCounting: false, problem: error.publicMessage, status: 400 };
  }
}

export default define.page<typeof handler>(({ data, url }) => {
  const { server, board, isCounting, problem, period, now } = data;
  return (
    <ServerFrame server={server} pathname={url.pathname}>
      <nav class="segments" aria-label="Period">
        {PERIODS.map(([value, title]) => (
          <a
            key={value}
            href={`${url.pathname}?period=${value}`}
            aria-current={value === period ? "true" : "false"}
          >
            {title}
          </a>
        ))}
      </nav>
      {problem !== null && <p class="problem form-problem" role="alert">{problem}</p>}
      {board !== null && <ServerCalls slug={server.slug} board={board} period={period} now={now} />}
      {isCounting && (
        <section class="card">
          <BeingCounted />
        </section>
      )}
      {board === null && problem === null && !isCounting && <NotInstalled slug={server.slug} />}
    </ServerFrame>
  );
});

function NotInstalled({ slug }: { slug: string }) {
  return (
    <section class="card">
      <EmptyState
        title="Nobody can call this server yet"
        action={{ title: "Install it in a workspace", path: `/servers/${slug}/installs` }}
      >
        <p>Calls go through a workspace; what is called there is counted here.</p>
      </EmptyState>
    </section>
  );
}
