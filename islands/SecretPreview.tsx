import { useEffect, useState } from "preact/hooks";
import { sentRequest } from "../browser/sent_request.ts";

interface SecretPreviewProps {
  /** The id of the form that stores a secret. */
  form: string;
  /** Where the server listens. */
  url: string;
  /** What the gateway made of the form when it was sent; `null` when it was not. */
  text: string | null;
}

/** So many rules one secret has at most. */
const ROWS = [0, 1, 2, 3, 4];

/** What a server will get of a secret, while its rules are typed. It never looks at the value. */
export default function SecretPreview({ form, url, text }: SecretPreviewProps) {
  const [typed, setTyped] = useState<string | null>(text);
  useEffect(() => {
    const element = document.getElementById(form);
    if (!(element instanceof HTMLFormElement)) return;
    const read = () => setTyped(sentRequest(url, rulesIn(element)));
    read();
    element.addEventListener("input", read);
    return () => element.removeEventListener("input", read);
  }, [form, url]);

  if (typed === null) return null;
  return (
    <div class="field">
      <span class="label">What the server will get</span>
      <pre class="preview" tabIndex={0} role="region" aria-label="What the server will get">
        <code>{typed}</code>
      </pre>
    </div>
  );
}

function rulesIn(form: HTMLFormElement) {
  const textOf = (name: string) => {
    const field = form.elements.namedItem(name);
    const isField = field instanceof HTMLInputElement || field instanceof HTMLSelectElement;
    return isField ? field.value.trim() : "";
  };
  const rules = ROWS.map((row) => ({
    kind: textOf(`rules.${row}.kind`) === "query" ? "query" as const : "header" as const,
    name: textOf(`rules.${row}.name`),
    template: textOf(`rules.${row}.template`),
  })).filter(({ name }) => name !== "");
  if (rules.length > 0) return rules;
  const name = textOf("name");
  return name === "" ? [] : [{ kind: "header" as const, name }];
}
