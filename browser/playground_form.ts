/** Has "Add a row" add one here, without a way to the gateway. */
export function answerAddRow(): () => void {
  function onClick(event: MouseEvent): void {
    const button = event.target instanceof Element
      ? event.target.closest<HTMLButtonElement>("button[data-add-row]")
      : null;
    const rows = button?.closest("fieldset")?.querySelectorAll<HTMLInputElement>("[data-row]");
    const last = rows === undefined ? undefined : [...rows].at(-1);
    if (button === null || rows === undefined || last === undefined) return;

    event.preventDefault();
    const row = last.cloneNode(true) as HTMLInputElement;
    row.value = "";
    const label = row.getAttribute("aria-label") ?? "";
    row.setAttribute("aria-label", label.replace(/\d+$/, String(rows.length + 1)));
    last.after(row);
    row.focus();
  }

  document.addEventListener("click", onClick);
  return () => document.removeEventListener("click", onClick);
}
