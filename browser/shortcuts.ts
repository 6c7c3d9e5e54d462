/** What keys can do on a page. */
export interface Shortcuts {
  /** Where `g` and then a letter leads. */
  pages: readonly { key: string; path: string }[];
  openPalette(): void;
  openHelp(): void;
}

/** So long after `g` the next letter still belongs to it. */
const SEQUENCE_MS = 1_500;

/** Where it is kept that single keys do nothing; some voices and hands press them by accident. */
const OFF = "aerostack-single-keys-off";

/**
 * Answers the keys of the dashboard: never while somebody types, in an open dialog, or together
 * with keys that belong to the browser.
 */
export function answerShortcuts({ pages, openPalette, openHelp }: Shortcuts): () => void {
  let goUntilMs = 0;

  function onKey(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.isComposing) return;
    const { key, ctrlKey, metaKey, altKey, shiftKey, repeat } = event;
    if ((ctrlKey || metaKey) && !altKey && !shiftKey && key.toLowerCase() === "k") {
      if (document.querySelector("dialog[open]") !== null) return;
      event.preventDefault();
      return openPalette();
    }
    if (ctrlKey || metaKey || altKey || repeat || !takesKeys(event.target)) return;

    const isGoing = performance.now() < goUntilMs;
    goUntilMs = 0;
    const page = isGoing ? pages.find((one) => one.key === key) : undefined;
    if (page !== undefined) return go(event, page.path);
    if (key === "g") goUntilMs = performance.now() + SEQUENCE_MS;
    if (key === "/") act(event, () => focusSearch() || openPalette());
    if (key === "?") act(event, openHelp);
    if (key === "n") addNew(event);
  }

  document.addEventListener("keydown", onKey);
  return () => document.removeEventListener("keydown", onKey);
}

/** Whether single keys do something in this browser. */
export function areSingleKeysOn(): boolean {
  try {
    return localStorage.getItem(OFF) === null;
  } catch {
    return true;
  }
}

/** Keeps in this browser whether single keys do something. */
export function setSingleKeys(isOn: boolean): void {
  try {
    if (isOn) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "1");
  } catch {
    // A browser that keeps nothing: as it was.
  }
}

function takesKeys(target: EventTarget | null): boolean {
  if (document.querySelector("dialog[open]") !== null || !areSingleKeysOn()) return false;
  if (!(target instanceof HTMLElement)) return true;
  const field = target.isContentEditable ? target : target.closest("input, select, textarea");
  // One of a dialog that was just closed may still have the focus.
  return field === null || field.getClientRects().length === 0;
}

function act(event: KeyboardEvent, what: () => void): void {
  event.preventDefault();
  what();
}

function go(event: KeyboardEvent, path: string): void {
  act(event, () => location.assign(path));
}

function focusSearch(): boolean {
  const field = document.querySelector<HTMLInputElement>("[data-search]");
  if (field === null || field.getClientRects().length === 0) return false;
  field.focus();
  field.select();
  return true;
}

function addNew(event: KeyboardEvent): void {
  const main = document.querySelector<HTMLElement>(
    "[data-new], .page-actions .button:not(.plain, .danger)",
  );
  if (main !== null) act(event, () => main.click());
}

/** Has every `[data-opens=palette]` open the palette in place of the page that it leads to. */
export function answerOpeners(openPalette: () => void): () => void {
  function onClick(event: MouseEvent): void {
    const { target, ctrlKey, metaKey, shiftKey } = event;
    if (ctrlKey || metaKey || shiftKey || !(target instanceof Element)) return;
    if (target.closest("[data-opens=palette]") === null) return;
    event.preventDefault();
    openPalette();
  }

  document.addEventListener("click", onClick);
  return () => document.removeEventListener("click", onClick);
}
