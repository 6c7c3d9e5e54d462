import type { CallArguments } from "../../../../../core/arguments/call_arguments.ts";
import Card from "../../../(_components)/Card.tsx";
import CodeBlock from "../../../(_components)/CodeBlock.tsx";
import Form, { Actions } from "../../../(_components)/Form.tsx";
import { formOf, type FormState } from "../../../(_http)/form_state.ts";

interface ArgumentsCardProps {
  /** Whether they are kept; `undefined` where the workspace keeps none. */
  kept: boolean | undefined;
  isOwner: boolean;
  form: FormState | null;
  /** What was asked for just now, and is in this one answer. */
  shown: CallArguments | null;
}

/** What is kept of the arguments of a call: owners see it when they ask. */
export default function ArgumentsCard({ kept, isOwner, form, shown }: ArgumentsCardProps) {
  return (
    <Card id="arguments" title="Arguments">
      {shown !== null
        ? (
          <>
            <p class="lead">
              As they were sent, but for what was redacted or cut. The audit log says that you read
              them.
            </p>
            <CodeBlock text={JSON.stringify(shown.arguments, null, 2)} label="Arguments" />
          </>
        )
        : kept === true
        ? <Kept isOwner={isOwner} form={form} />
        : (
          <p class="empty">
            {kept === undefined
              ? "None are kept: the workspace kept none when this call was made."
              : "They should have been kept and could not be: what they had to be searched for, " +
                "or their key, could not be opened."}
          </p>
        )}
    </Card>
  );
}

function Kept({ isOwner, form }: Pick<ArgumentsCardProps, "isOwner" | "form">) {
  if (!isOwner) return <p class="empty">They are kept, redacted; owners can read them.</p>;
  return (
    <Form form={formOf(form, "arguments")} label="Arguments">
      <p>
        They are kept, redacted and sealed. That you read them will be on the audit log.
      </p>
      <Actions submit="Show the arguments" kind="plain" />
    </Form>
  );
}
