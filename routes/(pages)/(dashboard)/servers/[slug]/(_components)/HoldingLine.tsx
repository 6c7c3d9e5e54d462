import type { Holding } from "../../../../../../core/definitions/view_definitions.ts";

/** So many workspaces are named. */
const NAMED = 10;

/** What becomes of definitions that wait, workspace by workspace. */
export default function HoldingLine({ holding: { held, shown } }: { holding: Holding }) {
  return (
    <div class="holding">
      {held.length > 0 && (
        <p>
          Held: <Workspaces slugs={held} /> {held.length === 1 ? "does not show" : "do not show"}
          {" "}
          these until you approve them.
        </p>
      )}
      {shown.length > 0 && (
        <p class={held.length > 0 ? "quiet" : undefined}>
          Not held: members of <Workspaces slugs={shown} />{" "}
          see these already; the workspace can hold them with <q>on change: hold</q>.
        </p>
      )}
      {held.length + shown.length === 0 && (
        <p class="quiet">The server is installed nowhere, so nobody sees these.</p>
      )}
    </div>
  );
}

function Workspaces({ slugs }: { slugs: readonly string[] }) {
  return (
    <>
      {slugs.slice(0, NAMED).map((slug, at) => (
        <span key={slug}>
          {at > 0 && ", "}
          <a href={`/workspaces/${slug}`}>{slug}</a>
        </span>
      ))}
      {slugs.length > NAMED && ` and ${slugs.length - NAMED} more workspaces`}
    </>
  );
}
