import { type Context, page } from "fresh";
import { MAX_SERVERS_PER_WORKSPACE } from "../../../../core/workspaces/install_store.ts";
import { define, type State } from "../../../../define.ts";
import FilterOptions from "../../../../islands/FilterOptions.tsx";
import SlugSuggestion from "../../../../islands/SlugSuggestion.tsx";
import { ChecksField, fieldId, TextField } from "../../(_components)/Fields.tsx";
import Form, { Actions } from "../../(_components)/Form.tsx";
import PageHeader from "../../(_components)/PageHeader.tsx";
import { answerForm, NOTHING_SENT, type Submitted } from "../../(_http)/answer_form.ts";
import { formOf } from "../../(_http)/form_state.ts";
import { ADD_WORKSPACE } from "../workspaces/(_forms)/add_workspace.ts";

export const handler = define.handlers({
  GET: (ctx) => show(ctx, NOTHING_SENT),
  POST: (ctx) => answerForm(ctx, ADD_WORKSPACE, (submitted) => show(ctx, submitted)),
});

async function show({ state: { services } }: Context<State>, { form, status }: Submitted<never>) {
  const servers = await services.servers.listAll();
  return page({
    form,
    servers: servers.slice(0, MAX_SERVERS_PER_WORKSPACE)
      .map(({ slug, name }) => ({
        value: slug,
        label: name === slug ? slug : `${name} (${slug})`,
      })),
    hasMore: servers.length > MAX_SERVERS_PER_WORKSPACE,
    publicUrl: services.config.publicUrl,
  }, { status });
}

export default define.page<typeof handler>(({ data: { form, servers, hasMore, publicUrl } }) => {
  const add = formOf(form, "add");
  return (
    <>
      <PageHeader
        title="Add a workspace"
        trail={[{ title: "Workspaces", path: "/workspaces" }]}
        lead="One URL for a team: the tools of its servers, for each of its people's tokens."
      />
      <section class="card untitled" aria-label="The new workspace">
        <Form form={add}>
          <TextField
            form={add}
            name="name"
            label="Name"
            placeholder="Backend team"
            maxLength={100}
            autofocus
          />
          <TextField
            form={add}
            name="slug"
            label="Slug"
            required={false}
            placeholder="backend-team"
            maxLength={32}
            isCode
            hint={
              <>
                Its part of the URL,{" "}
                <code class="wrap">{publicUrl}/ws/&lt;slug&gt;/sse</code>, for good. Left empty, it
                is made from the name.
              </>
            }
          />
          {servers.length > 0 && (
            <div class="pick-many" id="add-servers-pick">
              <FilterOptions of="add-servers-pick" hint="Filter the servers" />
              <ChecksField
                form={add}
                name="servers"
                label="Servers to install at once"
                options={servers}
                hint={hasMore
                  ? `The first ${MAX_SERVERS_PER_WORKSPACE}, the most that fit; more are found later.`
                  : "All of their tools are shown, until the workspace says otherwise."}
              />
            </div>
          )}
          <Actions submit="Add this workspace" cancel="/workspaces" />
        </Form>
        <SlugSuggestion from={fieldId(add, "name")} to={fieldId(add, "slug")} />
      </section>
    </>
  );
});
