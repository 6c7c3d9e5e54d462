import { playgroundPath } from "./playground_address.ts";
import type { PlaygroundView } from "./read_playground.ts";

/** Chooses in which workspace tools are tried, and with whose policy; opens it where it is not. */
export default function SeatForm({ view }: { view: PlaygroundView }) {
  const { address, workspaces, policies, tools, problem } = view;
  const isClosed = address.workspace !== null && problem === null && tools === null;
  return (
    <section class="card seat" aria-label="Where to try tools">
      <form method="get" action="/playground" class="seat-form">
        <div class="field">
          <label for="workspace">Workspace</label>
          <select id="workspace" name="workspace">
            {workspaces.map(({ slug, name }) => (
              <option key={slug} value={slug} selected={slug === address.workspace}>
                {name === slug ? name : `${name} (${slug})`}
              </option>
            ))}
          </select>
        </div>
        {policies.length > 0 && (
          <div class="field">
            <label for="as">With the policy of</label>
            <select id="as" name="as">
              <option value="">no token: what the workspace shows everybody</option>
              {policies.map(({ id, name, visibleStart }) => (
                <option key={id} value={id} selected={id === address.as}>
                  {`${name} (${visibleStart}…)`}
                </option>
              ))}
            </select>
          </div>
        )}
        <button type="submit" class="button plain">Choose</button>
      </form>
      {problem !== null && <p class="problem" role="alert">{problem}</p>}
      {isClosed && (
        <form method="post" action={playgroundPath(address)} class="seat-open">
          <p>
            A call here is a real one: it is made with a token of this workspace for an hour, under
            its limits and policies, and is on the record as <em>Playground</em> with your name.
          </p>
          <button type="submit" name="do" value="open" class="button">Open the playground</button>
        </form>
      )}
    </section>
  );
}
