import Card from "../../../(_components)/Card.tsx";
import { type Option, TextField } from "../../../(_components)/Fields.tsx";
import Form from "../../../(_components)/Form.tsx";
import type { FormState } from "../../../(_http)/form_state.ts";

interface InstallFormProps {
  form: FormState;
  /** The servers that are not installed. */
  offered: readonly Option[];
  /** Where a new one is added; `null` where that cannot be done. */
  addPath: string | null;
}

/** Puts a server into a workspace. */
export default function InstallForm({ form, offered, addPath }: InstallFormProps) {
  return (
    <Card id="install" title="Install a server">
      {offered.length === 0
        ? <p class="quiet">All servers are installed in this workspace already.</p>
        : (
          <Form form={form} look="inline">
            <TextField
              form={form}
              name="server"
              label="Server"
              placeholder="Type to find one"
              maxLength={32}
              suggestions={offered}
              isCode
            />
            <button type="submit" class="button">Install</button>
          </Form>
        )}
      {addPath !== null && (
        <p class="quiet">
          Is the server not listed? <a href={addPath}>Add External MCP</a>.
        </p>
      )}
    </Card>
  );
}
