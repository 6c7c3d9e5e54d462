/** Where a template has the secret's value. */
const PLACE = "{{value}}";

/** What stands between two braces; never closed, it goes to the end. */
const BRACES = /\{\{((?:(?!\}\}).)*)(\}\}|$)/gs;

/** A name that somebody meant; anything else in braces may be a secret by mistake. */
const SHOWN_NAME = /^[A-Za-z_. ]{1,32}$/;

/** What is wrong with a template, in a sentence; `null` when it holds `{{value}}` once. */
export function templateProblem(template: string): string | null {
  const found = [...template.matchAll(BRACES)];
  const wrong = found.find(([text]) => text !== PLACE);
  if (wrong !== undefined) return unknownBraces(wrong[1], wrong[2] !== "");
  if (found.length === 1) return null;
  const amount = found.length === 0 ? "not" : `${found.length} times`;
  return `The template has ${PLACE} ${amount}; it must be in it once, as in "Bearer ${PLACE}".`;
}

/** A value as it is sent: in its place in the template, or alone without one. */
export function fillTemplate(template: string | undefined, value: string): string {
  if (template === undefined) return value;
  const at = template.indexOf(PLACE);
  return template.slice(0, at) + value + template.slice(at + PLACE.length);
}

function unknownBraces(name: string, isClosed: boolean): string {
  if (!isClosed) return `The template has "{{" without "}}" behind it; only ${PLACE} is known.`;
  if (name.trim() === "value") return `The template has "{{${name}}}"; write ${PLACE}.`;
  const what = SHOWN_NAME.test(name) ? `"{{${name}}}"` : "something else in double braces";
  return `The template has ${what}; only ${PLACE} is known.`;
}
