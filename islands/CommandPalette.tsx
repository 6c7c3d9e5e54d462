import { useEffect, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { fetchPlaces, type Place } from "../browser/places.ts";
import { openKeysHelp } from "../browser/keys_help.ts";
import { answerOpeners, answerShortcuts } from "../browser/shortcuts.ts";

/** So long after the last key that was typed the search begins. */
const PAUSE_MS = 60;

interface Search {
  timer: ReturnType<typeof setTimeout> | undefined;
  asked: AbortController;
}

/** Finds pages, things and what can be done, by `Ctrl K`; and answers the other keys. */
export default function CommandPalette(
  { pages }: { pages: readonly { key: string; path: string }[] },
) {
  const dialog = useRef<HTMLDialogElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const places = useSignal<Place[]>([]);
  const chosen = useSignal(0);
  const said = useSignal("");
  const search = useRef<Search>({ timer: undefined, asked: new AbortController() });

  function look(pauseMs: number): void {
    const { current } = search;
    clearTimeout(current.timer);
    current.asked.abort();
    const asked = current.asked = new AbortController();
    current.timer = setTimeout(async () => {
      const answer = await fetchPlaces(field.current?.value ?? "", asked.signal);
      if (asked.signal.aborted) return;
      places.value = answer.places;
      chosen.value = 0;
      said.value = answer.said;
    }, pauseMs);
  }

  function open(): void {
    if (dialog.current === null || field.current === null || dialog.current.open) return;
    field.current.value = "";
    places.value = [];
    dialog.current.showModal();
    look(0);
  }

  function choose(step: number): void {
    const { length } = places.value;
    if (length === 0) return;
    chosen.value = (chosen.value + step + length) % length;
    document.getElementById(`place-${chosen.value}`)?.scrollIntoView({ block: "nearest" });
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) choose(step);
    else if (event.key === "Enter") go(places.value[chosen.value]);
    else return;
    event.preventDefault();
  }

  function go(place: Place | undefined): void {
    if (place === undefined) return;
    dialog.current?.close();
    location.assign(place.path);
  }

  useEffect(() => {
    const ends = [
      answerShortcuts({ pages, openPalette: open, openHelp: openKeysHelp }),
      answerOpeners(open),
    ];
    return () => ends.forEach((end) => end());
  }, []);

  return (
    <dialog
      ref={dialog}
      class="palette"
      aria-label="Find anything"
      onClick={({ target }) => target === dialog.current && dialog.current?.close()}
    >
      <input
        ref={field}
        type="text"
        role="combobox"
        aria-label="Find pages, servers, workspaces, people, and what to do"
        aria-expanded={places.value.length > 0 ? "true" : "false"}
        aria-controls="places"
        aria-autocomplete="list"
        aria-activedescendant={places.value.length > 0 ? `place-${chosen.value}` : undefined}
        placeholder="Find anything…"
        autocomplete="off"
        spellcheck={false}
        maxLength={200}
        onInput={() => look(PAUSE_MS)}
        onKeyDown={onKeyDown}
      />
      <ul id="places" role="listbox" aria-label="What was found">
        {places.value.map((place, at) => (
          <li
            key={`${place.kind} ${place.path}`}
            id={`place-${at}`}
            role="option"
            aria-selected={at === chosen.value ? "true" : "false"}
            onMouseMove={() => chosen.value = at}
            onClick={() => go(place)}
          >
            <span class="place-title">{place.title}</span>
            {place.detail !== null && <code>{place.detail}</code>}
            {place.keys !== null && <kbd>{place.keys}</kbd>}
            <span class="place-kind">{place.kind}</span>
          </li>
        ))}
      </ul>
      <p role="status" class={places.value.length > 0 ? "offscreen" : "empty"}>{said}</p>
    </dialog>
  );
}
