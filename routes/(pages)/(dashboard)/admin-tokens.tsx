import { type Context, page } from "fresh";
import { Head } from "fresh/runtime";
import { MAX_ADMIN_TOKENS } from "../../../core/admins/admin_token_store.ts";
import { viewAdminToken } from "../../../core/admins/create_admin_token.ts";
import { define, type State } from "../../../define.ts";
import AdminTokenForm from "./(_components)/AdminTokenForm.tsx";
import AdminTokensCard from "./(_components)/AdminTokensCard.tsx";
import Card from "./(_components)/Card.tsx";
import NewAdminToken from "./(_components)/NewAdminToken.tsx";
import { submitAdminToken, type Submitted } from "./(_forms)/submit_admin_token.ts";

export const handler = define.handlers({
  GET: (ctx) => show(ctx, { created: null, problem: null }),
  POST: async (ctx) => show(ctx, await submitAdminToken(ctx.state.services, ctx.req)),
});

/** The new token is in this one answer: in no address, and in no store. */
async function show(
  { state: { services } }: Context<State>,
  { created, problem }: Submitted | { created: null; problem: null },
) {
  const { items } = await services.admins.tokens.list({ limit: MAX_ADMIN_TOKENS, cursor: null });
  const tokens = items.map(viewAdminToken).sort((a, b) => a.createdAt < b.createdAt ? 1 : -1);
  const now = services.now().toISOString();
  const data = {
    created,
    problem: problem?.publicMessage,
    tokens,
    now,
    url: services.config.publicUrl,
  };
  return page(data, { status: problem?.status ?? 200 });
}

export default define.page<typeof handler>(({ data }) => (
  <>
    <Head>
      <title>CLI access · Aerostack Gateway</title>
    </Head>
    <h1>CLI access</h1>
    {data.created !== null && <NewAdminToken created={data.created} url={data.url} />}
    <Card id="make" title={data.created === null ? "Make a CLI token" : "Make another"}>
      <p class="lead">
        The <code>aerostack</code>{" "}
        command manages servers, secrets, workspaces and tokens. It needs an admin's token, which is
        shown once.
      </p>
      <AdminTokenForm problem={data.problem} />
    </Card>
    <AdminTokensCard tokens={data.tokens} now={data.now} />
  </>
));
