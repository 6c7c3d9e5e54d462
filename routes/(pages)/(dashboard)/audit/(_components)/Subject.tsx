/** The pages of what has one, by the field that names it. */
const PAGES: Record<string, (value: string) => string> = {
  server: (slug) => `/servers/${encodeURIComponent(slug)}`,
  workspace: (slug) => `/workspaces/${encodeURIComponent(slug)}`,
  email: (email) => `/members/${encodeURIComponent(email)}`,
};

/** What something was done to, by names that lead there; ids are in the export. */
export default function Subject({ subject }: { subject: Record<string, string> }) {
  const named = Object.entries(subject).filter(([field]) => !field.endsWith("Id"));
  return named.map(([field, value]) => {
    const path = Object.hasOwn(PAGES, field) ? PAGES[field](value) : pathOfCall(field, subject);
    const name = <code class="wrap">{value}</code>;
    return (
      <div key={field}>
        <span class="quiet">{field}</span> {path === null ? name : <a href={path}>{name}</a>}
      </div>
    );
  });
}

function pathOfCall(field: string, { workspace, call }: Record<string, string>): string | null {
  if (field !== "call" || workspace === undefined) return null;
  return `/calls/${encodeURIComponent(workspace)}/${encodeURIComponent(call)}`;
}
