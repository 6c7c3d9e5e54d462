/** A value as a line of JSON that steers no terminal: JSON alone leaves such characters in. */
export function jsonLine(value: unknown): string {
  return `${JSON.stringify(value).replaceAll(/[\x7f-\x9f]/g, escaped)}\n`;
}

function escaped(character: string): string {
  return `\\u00${character.charCodeAt(0).toString(16)}`;
}
