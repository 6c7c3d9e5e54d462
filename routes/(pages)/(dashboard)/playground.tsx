import { page } from "fresh";
import { define } from "../../../define.ts";
import PlaygroundHelp from "../../../islands/PlaygroundHelp.tsx";
import EmptyState from "../(_components)/EmptyState.tsx";
import PageHeader from "../(_components)/PageHeader.tsx";
import { answerPlayground, untouched } from "./(_playground)/answer_playground.ts";
import CallForm from "./(_playground)/CallForm.tsx";
import { readPlayground } from "./(_playground)/read_playground.ts";
import ResultCard from "./(_playground)/ResultCard.tsx";
import SeatForm from "./(_playground)/SeatForm.tsx";
import ToolList from "./(_playground)/ToolList.tsx";

export const handler = define.handlers({
  async GET(ctx) {
    return page(untouched(await readPlayground(ctx)));
  },
  async POST(ctx) {
    const answer = await answerPlayground(ctx);
    return answer instanceof Response ? answer : page(answer.page, { status: answer.status });
  },
});

export default define.page<typeof handler>(({ data, url }) => {
  const { view, played } = data;
  const { address, tool, tools, workspaces } = view;
  return (
    <>
      <PageHeader
        title="Playground"
        lead="Try the tools of a workspace as its members are shown them."
      />
      {workspaces.length === 0
        ? (
          <EmptyState
            title="There is no workspace yet"
            action={{ title: "Add a workspace", path: "/add/workspace" }}
          >
            Tools are tried in a workspace, with its policies and limits.
          </EmptyState>
        )
        : <SeatForm view={view} />}
      {tools !== null && (
        <div class="playground" data-chosen={tool === null ? undefined : ""}>
          <ToolList view={view} url={url} />
          <div class="playground-main">
            {tool !== null && <CallForm page={data} tool={tool} />}
            {tool === null && address.tool !== null && (
              <p class="problem" role="alert">
                A member is shown no tool of this name here; choose one of the list.
              </p>
            )}
            {tool === null && address.tool === null && tools.length > 0 && (
              <p class="quiet">Choose a tool to fill in its arguments.</p>
            )}
            {played !== null && address.workspace !== null && (
              <ResultCard played={played} workspace={address.workspace} />
            )}
          </div>
        </div>
      )}
      <PlaygroundHelp />
    </>
  );
});
