import type { RecordedMethod } from "./call.ts";

/** What was called, as a record names it. */
interface Called {
  server: string | null;
  method: RecordedMethod;
  tool: string;
}

/**
 * A tool or prompt as people know it from their editor, `internal-api__get_user`, and a
 * resource by its URI.
 */
export function calledName({ server, method, tool }: Called): string {
  if (method === "authenticate") return "(a token that has ended)";
  if (method === "request") return tool === "" ? "(a request)" : `(${tool})`;
  if (method === "resources/read") return server === null ? tool : `${server}: ${tool}`;
  const name = server === null ? tool : `${server}__${tool}`;
  return method === "prompts/get" ? `${name} (prompt)` : name;
}
