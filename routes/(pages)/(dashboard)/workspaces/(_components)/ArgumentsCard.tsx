import {
  DEFAULT_MAX_ARGUMENT_BYTES,
  describeArgumentLogging,
} from "../../../../../core/arguments/argument_logging.ts";
import type { WorkspaceView } from "../../../../../core/workspaces/workspace.ts";
import Badge from "../../../(_components)/Badge.tsx";
import Card from "../../../(_components)/Card.tsx";
import ConfirmForm from "../../../(_components)/ConfirmForm.tsx";
import { TextArea, TextField } from "../../../(_components)/Fields.tsx";
import Form, { Actions } from "../../../(_components)/Form.tsx";
import { formOf, type FormState } from "../../../(_http)/form_state.ts";

interface ArgumentsCardProps {
  form: FormState | null;
  workspace: WorkspaceView;
  isOwner: boolean;
  /** Whether arguments were ever kept that can still be read. */
  hasKept: boolean;
}

/** Whether the arguments of calls are kept; owners change it. */
export default function ArgumentsCard({ form, workspace, isOwner, hasKept }: ArgumentsCardProps) {
  const { slug, logArguments } = workspace;
  const isOn = logArguments !== null;
  return (
    <Card id="arguments" title="Arguments of calls">
      <p class="state-line">
        {isOn ? <Badge kind="warn">kept</Badge> : <Badge kind="neutral">not kept</Badge>}{" "}
        <span class="quiet">{isOn ? describeArgumentLogging(logArguments) : null}</span>
      </p>
      <p class="lead">
        What members send to tools, as long as the call is kept: without injected secrets and
        whatever looks like one, cut to a size, and sealed. Owners alone read it, and each reading
        is an entry of the audit log.
      </p>
      {!isOwner && <p class="quiet">Owners turn it on and off.</p>}
      {isOwner && <KeepForm form={form} workspace={workspace} />}
      {isOwner && (
        <div class="buttons card-actions">
          {isOn && (
            <Form form={formOf(form, "stop-arguments")} look="inline" label="Keep no arguments">
              <button type="submit" class="button plain">Keep none from now on</button>
            </Form>
          )}
          {hasKept && <PurgeForm form={form} slug={slug} />}
        </div>
      )}
    </Card>
  );
}

function PurgeForm({ form, slug }: { form: FormState | null; slug: string }) {
  return (
    <ConfirmForm
      form={formOf(form, "purge-arguments")}
      title="Make all kept arguments unreadable"
      word={slug}
    >
      <p>
        The key of everything that was kept is destroyed, so that nobody reads it again, wherever
        there are copies. The records of the calls stay.
      </p>
    </ConfirmForm>
  );
}

function KeepForm(
  { form, workspace: { logArguments } }: Pick<ArgumentsCardProps, "form" | "workspace">,
) {
  const keep = formOf(form, "keep-arguments");
  return (
    <Form form={keep} label="Keep arguments">
      <TextField
        form={keep}
        name="maxBytes"
        label="Most bytes of a call"
        type="number"
        min={256}
        max={16_384}
        first={String(logArguments?.maxBytes ?? DEFAULT_MAX_ARGUMENT_BYTES)}
      />
      <TextArea
        form={keep}
        name="redact"
        label="Also redacted"
        required={false}
        rows={3}
        first={logArguments?.redact.join("\n")}
        placeholder="user.email"
        hint={
          <>
            A pattern of names in each line: <code>user.email</code>, or <code>*phone*</code>.
          </>
        }
      />
      <Actions submit={logArguments === null ? "Keep arguments from now on" : "Save"} />
    </Form>
  );
}
