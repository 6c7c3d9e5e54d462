/** For how long a button says how it went. */
const SAID_MS = 2_000;

/**
 * Has every `button[data-copy]` copy its text, also those that come into the page later. What
 * holds the word for how it went is the element inside of it.
 */
export function answerCopyButtons(): () => void {
  async function onClick({ target }: MouseEvent): Promise<void> {
    const button = target instanceof Element
      ? target.closest<HTMLButtonElement>("button[data-copy]")
      : null;
    if (button === null) return;

    const isCopied = await write(button.dataset.copy ?? "");
    const word = button.querySelector("[aria-live]") ?? button;
    const label = button.getAttribute("aria-label");
    button.dataset.state = isCopied ? "copied" : "failed";
    word.textContent = isCopied ? "Copied" : "Select it";
    button.removeAttribute("aria-label");
    setTimeout(() => {
      delete button.dataset.state;
      word.textContent = "Copy";
      if (label !== null) button.setAttribute("aria-label", label);
    }, SAID_MS);
  }

  document.addEventListener("click", onClick);
  return () => document.removeEventListener("click", onClick);
}

/** Whether the text is in the clipboard now. */
async function write(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // No clipboard on plain http, or it is not allowed: the older way may still be.
    return writeBySelection(text);
  }
}

function writeBySelection(text: string): boolean {
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "offscreen";
  document.body.append(field);
  field.select();
  try {
    return document.execCommand("copy");
  } catch {
    return false;
  } finally {
    field.remove();
  }
}
