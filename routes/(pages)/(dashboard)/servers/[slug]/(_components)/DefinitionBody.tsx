import type { DefinitionText } from "../../../../../../core/definitions/definition_view.ts";
import type { SchemaField } from "../../../../../../core/definitions/schema_fields.ts";
import LongText from "../../../../(_components)/LongText.tsx";

interface DefinitionBodyProps {
  text: DefinitionText;
  /** What it is of, for who cannot see where it stands. */
  label: string;
}

/** All that a tool or prompt says of itself. */
export default function DefinitionBody({ text, label }: DefinitionBodyProps) {
  const { description, fields, isWhole, json } = text;
  return (
    <div class="definition-body">
      {description === null
        ? <p class="quiet">It says nothing of what it does.</p>
        : (
          <p class="said">
            <LongText text={description} chars={600} />
          </p>
        )}
      {fields.length === 0
        ? <p class="quiet">It takes no parameters.</p>
        : <Parameters fields={fields} label={label} />}
      {!isWhole && <p class="quiet">More parameters are in the JSON.</p>}
      <details>
        <summary>As JSON</summary>
        <pre class="json" tabIndex={0} role="region" aria-label={`${label} as JSON`}>
          <code>{json}</code>
        </pre>
      </details>
    </div>
  );
}

function Parameters({ fields, label }: { fields: readonly SchemaField[]; label: string }) {
  return (
    <table class="parameters" aria-label={`Parameters of ${label}`}>
      <thead>
        <tr>
          <th scope="col">Parameter</th>
          <th scope="col">Type</th>
          <th scope="col">Required</th>
          <th scope="col">Description</th>
        </tr>
      </thead>
      <tbody>
        {fields.map((field, at) => (
          <tr key={at}>
            <td data-label="Parameter">
              <code class="wrap">
                <LongText text={field.name} chars={100} />
              </code>
            </td>
            <td data-label="Type">
              <code class="wrap">{field.type}</code>
              {field.rules.map((rule) => <span key={rule} class="rule quiet">{rule}</span>)}
            </td>
            <td data-label="Required">
              {field.isRequired ? "required" : <span class="quiet">optional</span>}
            </td>
            <td data-label="Description" class="wide text">
              {field.description === null
                ? <span class="quiet">none</span>
                : <LongText text={field.description} />}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
