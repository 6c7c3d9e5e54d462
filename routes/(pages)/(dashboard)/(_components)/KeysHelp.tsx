import type { MainPage } from "../../(_http)/page_list.ts";

const KEYS: readonly [string, string][] = [
  ["Ctrl K or ⌘ K", "Find a page, a server, a workspace, a person or something to do"],
  ["/", "Search on this page; find anything where it has no search"],
  ["n", "Begin the main thing that this page adds"],
  ["?", "Show this list"],
  ["Esc", "Close what is open"],
];

/** The keys that work on every page; `?` shows them where scripts run. */
export default function KeysHelp({ pages }: { pages: readonly MainPage[] }) {
  return (
    <dialog id="keys-help" class="keys-help" aria-labelledby="keys-help-title">
      <h2 id="keys-help-title">Keyboard</h2>
      <dl>
        {KEYS.map(([keys, what]) => <Keys key={keys} keys={keys} what={what} />)}
        {pages.map(({ key, title }) => (
          <Keys
            key={key}
            keys={`g ${key}`}
            what={`Go to ${title}`}
          />
        ))}
      </dl>
      <label class="single-keys">
        <input type="checkbox" data-single-keys="" checked /> Single keys do this in this browser
      </label>
      <form method="dialog">
        <button type="submit" class="button plain">Close</button>
      </form>
    </dialog>
  );
}

function Keys({ keys, what }: { keys: string; what: string }) {
  return (
    <div>
      <dt>
        {keys.split(" ").map((key) => key === "or" ? " or " : <kbd key={key}>{key}</kbd>)}
      </dt>
      <dd>{what}</dd>
    </div>
  );
}
