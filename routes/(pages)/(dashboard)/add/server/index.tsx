import { type Context, page } from "fresh";
import { define, type State } from "../../../../../define.ts";
import Card from "../../../(_components)/Card.tsx";
import PageHeader from "../../../(_components)/PageHeader.tsx";
import { answerForm, NOTHING_SENT, type Submitted } from "../../../(_http)/answer_form.ts";
import { formOf } from "../../../(_http)/form_state.ts";
import AddServerForm from "./(_components)/AddServerForm.tsx";
import { addServer, type Tested, testTyped } from "./(_forms)/add_server.ts";

export const handler = define.handlers({
  GET: () => show(NOTHING_SENT),
  // The button that only tests says so in the address; everything else it sends is the same.
  POST: (ctx: Context<State>) => {
    const isTest = ctx.url.searchParams.has("test");
    return answerForm<Tested, Shown>(ctx, { add: isTest ? testTyped : addServer }, show);
  },
});

type Shown = Pick<Submitted<Tested>, "form" | "shown">;

function show({ form, shown, status }: Submitted<Tested>) {
  return Promise.resolve(page({ form, shown }, { status }));
}

export default define.page<typeof handler>(({ data: { form, shown } }) => (
  <>
    <PageHeader
      title="Add External MCP"
      trail={[{ title: "MCP Servers", path: "/servers" }]}
      lead="A server that runs somewhere already. Nobody can call it before you install it in a workspace."
    />
    <Card id="server" title="The server">
      <AddServerForm form={formOf(form, "add")} finding={shown?.finding ?? null} />
    </Card>
  </>
));
