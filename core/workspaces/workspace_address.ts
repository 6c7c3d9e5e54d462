/** The path that an editor connects to. */
export function workspacePath(slug: string): string {
  return `/ws/${slug}/sse`;
}
