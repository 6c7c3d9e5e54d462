import type { ServerView } from "../../../../../../core/servers/server.ts";
import Card from "../../../../(_components)/Card.tsx";
import ConfirmForm from "../../../../(_components)/ConfirmForm.tsx";
import { CheckField } from "../../../../(_components)/Fields.tsx";
import type { FormState } from "../../../../(_http)/form_state.ts";

/** So many workspaces are named. */
const MAX_NAMED = 20;

/** Removes a server, with what it takes along, once its slug is typed. */
export default function RemoveCard({ server, form }: { server: ServerView; form: FormState }) {
  const { slug, secrets, workspaces } = server;
  const where = workspaces.length === 1 ? "1 workspace" : `${workspaces.length} workspaces`;
  const isUsed = workspaces.length > 0;
  return (
    <Card id="remove" title="Remove">
      <ConfirmForm
        form={form}
        action={`/servers/${slug}/settings#remove`}
        title="Remove this server"
        word={slug}
        more={isUsed && (
          <>
            <input type="hidden" name="force" value="" />
            <CheckField form={form} name="force" label={`Take it out of ${where} too`} />
          </>
        )}
      >
        <p>
          Its {secrets.length === 1 ? "secret is" : `${secrets.length} secrets are`}{" "}
          lost, those of members too, and so is what was approved of its tools. The record of its
          calls stays. This cannot be undone; to keep it from being called, disable it.
        </p>
        {isUsed && (
          <p>
            It is installed in{" "}
            {workspaces.slice(0, MAX_NAMED).map((workspace, at) => (
              <span key={workspace}>
                {at > 0 && ", "}
                <a href={`/workspaces/${workspace}`}>{workspace}</a>
              </span>
            ))}
            {workspaces.length > MAX_NAMED && ` and ${workspaces.length - MAX_NAMED} more`}.
          </p>
        )}
      </ConfirmForm>
    </Card>
  );
}
