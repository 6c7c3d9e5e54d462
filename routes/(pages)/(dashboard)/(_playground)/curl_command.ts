import type { Exchange } from "../../../../core/playground/ask_gateway.ts";

/** The request as a command for a terminal; the token is the reader's own, in a variable. */
export function curlCommand({ url, sent }: Exchange): string {
  const lines = [
    `curl -sS ${quoted(url)}`,
    '-H "Authorization: Bearer $AEROSTACK_MEMBER_TOKEN"',
    ...Object.entries(sent.headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    `-d ${quoted(sent.body)}`,
  ];
  return lines.join(" \\\n  ");
}

/** A word for the shell, whatever is in it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
