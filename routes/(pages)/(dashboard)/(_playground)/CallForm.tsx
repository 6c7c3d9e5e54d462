import type { ShownTool } from "../../../../core/playground/list_tools.ts";
import Badge from "../../(_components)/Badge.tsx";
import Card from "../../(_components)/Card.tsx";
import { TextArea } from "../../(_components)/Fields.tsx";
import Form from "../../(_components)/Form.tsx";
import { hasForm, JSON_FIELD, type PlaygroundPage } from "./answer_playground.ts";
import ArgumentField from "./ArgumentField.tsx";
import { playgroundPath } from "./playground_address.ts";
import { schemaMark } from "./read_playground.ts";

interface CallFormProps {
  page: PlaygroundPage;
  tool: ShownTool;
}

/** The form of one tool, made from what its server says of its arguments. */
export default function CallForm({ page: { view, fields, form }, tool }: CallFormProps) {
  const isForm = fields !== null;
  return (
    <Card id="tool" title={tool.title ?? tool.name}>
      <p class="tool-name">
        <code>{tool.name}</code>
        <Hints annotations={tool.annotations} />
      </p>
      {tool.description !== null && <p class="tool-description">{tool.description}</p>}
      {form.problem !== null && <span id="result" />}
      <Form
        form={form}
        action={`${playgroundPath(view.address)}#result`}
        label={`Call ${tool.name}`}
      >
        <input type="hidden" name="schema" value={schemaMark(tool)} />
        <button
          type="submit"
          name="do"
          value="call"
          class="offscreen"
          tabIndex={-1}
          aria-hidden="true"
        >
          Call
        </button>
        {isForm
          ? fields.map((field) => <ArgumentField key={field.id} form={form} field={field} />)
          : (
            <TextArea
              form={form}
              name={JSON_FIELD}
              label="Arguments as JSON"
              first="{}"
              rows={10}
            />
          )}
        {isForm && fields.length === 0 && <p class="quiet">This tool takes no arguments.</p>}
        <div class="actions">
          <button type="submit" name="do" value="call" class="button" data-call="">Call</button>
          {isForm && (
            <button type="submit" name="do" value="json" class="button plain">Edit as JSON</button>
          )}
          {!isForm && hasForm(tool) && (
            <button type="submit" name="do" value="form" class="button plain">
              Back to the form
            </button>
          )}
        </div>
      </Form>
    </Card>
  );
}

/** What the server itself says of what the tool does. */
function Hints({ annotations }: Pick<ShownTool, "annotations">) {
  const { readOnlyHint, destructiveHint, openWorldHint } = annotations;
  return (
    <>
      {readOnlyHint === true && <Badge kind="good">reads only</Badge>}
      {destructiveHint === true && <Badge kind="warn">may destroy</Badge>}
      {openWorldHint === true && <Badge kind="neutral">reaches others</Badge>}
    </>
  );
}
