import { counted } from "../../../../../core/calls/spoken_figures.ts";
import type { WorkspaceView } from "../../../../../core/workspaces/workspace.ts";
import Card from "../../../(_components)/Card.tsx";
import Form from "../../../(_components)/Form.tsx";
import RelativeTime from "../../../(_components)/RelativeTime.tsx";
import { formOf, type FormState } from "../../../(_http)/form_state.ts";

interface StateCardProps {
  form: FormState | null;
  workspace: WorkspaceView;
  now: string;
}

/** Disables a workspace, and enables it again. */
export default function StateCard({ form, workspace, now }: StateCardProps) {
  const { activeTokens, disabledAt } = workspace;
  const isOpen = disabledAt === null;
  return (
    <Card id="state" title={isOpen ? "Disable" : "Enable"}>
      <p class="lead">
        {isOpen
          ? `Every token is refused from the next call on (${
            counted(activeTokens, "active token")
          } now), and open streams end. Nothing is lost: it can be enabled again.`
          : (
            <>
              Disabled <RelativeTime at={disabledAt} now={now} />; its tokens work again at once.
            </>
          )}
      </p>
      <Form form={formOf(form, isOpen ? "disable" : "enable")} look="inline">
        <button type="submit" class={isOpen ? "button danger" : "button"}>
          {isOpen ? "Disable this workspace" : "Enable this workspace"}
        </button>
      </Form>
    </Card>
  );
}
