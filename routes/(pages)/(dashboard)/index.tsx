import { page } from "fresh";
import { Head } from "fresh/runtime";
import { readOverview } from "../../../core/overview/read_overview.ts";
import { define } from "../../../define.ts";
import AdminTokenForm from "./(_components)/AdminTokenForm.tsx";
import CallsCard from "./(_components)/CallsCard.tsx";
import Card from "./(_components)/Card.tsx";
import ServersCard from "./(_components)/ServersCard.tsx";
import Tiles from "./(_components)/Tiles.tsx";
import TokensCard from "./(_components)/TokensCard.tsx";
import WorkspacesCard from "./(_components)/WorkspacesCard.tsx";

export const handler = define.handlers({
  async GET(ctx) {
    const { services } = ctx.state;
    const overview = await readOverview(services);
    return page({ overview, now: services.now().toISOString() });
  },
});

export default define.page<typeof handler>(({ data: { overview, now } }) => {
  const { servers, workspaces, tokens, calls } = overview;
  const isNew = servers.rows.length === 0;
  return (
    <>
      <Head>
        <title>Overview · Aerostack Gateway</title>
      </Head>
      <h1>Overview</h1>
      {isNew ? <CliCard isFirst /> : <Tiles overview={overview} now={now} />}
      <ServersCard servers={servers} />
      <WorkspacesCard workspaces={workspaces} firstServer={servers.rows[0]?.slug} />
      <TokensCard tokens={tokens} firstWorkspace={workspaces.rows[0]?.slug} now={now} />
      <CallsCard calls={calls} now={now} />
      {!isNew && <CliCard />}
    </>
  );
});

function CliCard({ isFirst = false }: { isFirst?: boolean }) {
  return (
    <Card
      id="cli"
      title={isFirst ? "Start here: a token for the command line" : "Make a CLI token"}
    >
      <p class="lead">
        Servers, secrets, workspaces and tokens are managed with the <code>aerostack</code>{" "}
        command. It needs an admin's token, which is shown once.
      </p>
      <AdminTokenForm />
    </Card>
  );
}
