/**
 * Takes what is shown once out of the page when it is left, so that going back does not show it
 * again: browsers may keep a whole page in memory, whatever its headers say.
 */
export function forgetOnce(): () => void {
  function forget(): void {
    for (const shown of document.querySelectorAll("[data-once]")) {
      const note = document.createElement("p");
      note.textContent = "What stood here was shown once.";
      shown.replaceChildren(note);
    }
  }

  addEventListener("pagehide", forget);
  return () => removeEventListener("pagehide", forget);
}
