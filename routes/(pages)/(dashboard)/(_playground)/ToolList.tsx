import Card from "../../(_components)/Card.tsx";
import { SearchForm } from "../../(_components)/DataTable.tsx";
import { playgroundPath } from "./playground_address.ts";
import type { PlaygroundView } from "./read_playground.ts";

/** How many tools are listed at once. */
const MAX_LISTED = 200;

/** The tools that a member is shown, each a link. */
export default function ToolList({ view, url }: { view: PlaygroundView; url: URL }) {
  const { address, tools, count, listProblem, unavailable } = view;
  if (tools === null) return null;
  return (
    <Card
      id="tools"
      title="Tools"
      count={tools.length === count ? `${count}` : `${tools.length} of ${count}`}
    >
      {count > 0 && (
        <SearchForm
          url={url}
          hint="Filter tools"
          q={address.q}
          kept={["workspace", "as", "tool"]}
        />
      )}
      {listProblem !== null && <p class="problem">{listProblem}</p>}
      {unavailable.map((one) => <Unavailable key={one.server} {...one} />)}
      {count === 0 && listProblem === null && unavailable.length === 0 && (
        <p class="empty">
          A member is shown no tools here: install a server in this workspace, or look at its
          policies.
        </p>
      )}
      {count > 0 && tools.length === 0 && <p class="empty">No tool matches "{address.q}".</p>}
      <ul class="tool-list">
        {tools.slice(0, MAX_LISTED).map(({ name, title, annotations }) => (
          <li key={name}>
            <a
              href={`${playgroundPath({ ...address, tool: name })}#tool`}
              aria-current={name === address.tool ? "true" : "false"}
            >
              <code>{name}</code>
              {title !== null && <span class="quiet">{title}</span>}
              {annotations.destructiveHint === true && (
                <span class="badge" data-kind="warn">may destroy</span>
              )}
            </a>
          </li>
        ))}
      </ul>
      {tools.length > MAX_LISTED && (
        <p class="quiet">The first {MAX_LISTED} are shown; filter to see others.</p>
      )}
    </Card>
  );
}

/** A server whose tools are left out, and where to look. */
function Unavailable({ server, error }: PlaygroundView["unavailable"][number]) {
  return (
    <div class="left-out">
      <p>
        <a href={`/servers/${server}`}>{server}</a>: {error}
      </p>
      {/secret/i.test(error) && (
        <p class="hint">
          The playground is no member, and has no value of its own: give the secret a shared one in
          {" "}
          <a href={`/servers/${server}/secrets`}>the server's secrets</a>.
        </p>
      )}
    </div>
  );
}
