import { counted } from "../../../../../core/calls/spoken_figures.ts";
import type { WorkspaceView } from "../../../../../core/workspaces/workspace.ts";
import Card from "../../../(_components)/Card.tsx";
import ConfirmForm from "../../../(_components)/ConfirmForm.tsx";
import { CheckField } from "../../../(_components)/Fields.tsx";
import { formOf, type FormState } from "../../../(_http)/form_state.ts";

interface RemoveCardProps {
  form: FormState | null;
  workspace: WorkspaceView;
  /** How many of its calls are kept. */
  calls: number;
}

/** Removes a workspace for good, after its slug was typed. */
export default function RemoveCard({ form, workspace, calls }: RemoveCardProps) {
  const { slug, servers, activeTokens } = workspace;
  const remove = formOf(form, "remove");
  const tokens = counted(activeTokens, "active token");
  return (
    <Card id="remove" title="Remove">
      <p class="lead">
        For good. Whoever should only be kept out for a while: disable it instead.
      </p>
      <ConfirmForm
        form={remove}
        title="Remove this workspace"
        word={slug}
        more={activeTokens > 0 && (
          <CheckField
            form={remove}
            name="force"
            label={`Its ${tokens} go with it`}
            hint="Whoever uses one is refused from the next call on."
          />
        )}
      >
        <p>
          What goes: {tokens}, {counted(servers.length, "install")}{" "}
          with their policies, and what is on the record of{" "}
          {counted(calls, "call")}. The audit log stays, and so do the servers.
        </p>
      </ConfirmForm>
    </Card>
  );
}
