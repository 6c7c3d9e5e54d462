/** A tool as people know it from their editor: `internal-api__get_user`. */
export function toolName({ server, tool }: { server: string | null; tool: string }): string {
  return server === null ? tool : `${server}__${tool}`;
}
