import { areSingleKeysOn, setSingleKeys } from "./shortcuts.ts";

/** Shows which keys there are; its box says whether single keys do something. */
export function openKeysHelp(): void {
  const dialog = document.querySelector<HTMLDialogElement>("#keys-help");
  const box = dialog?.querySelector<HTMLInputElement>("[data-single-keys]");
  if (dialog === null || box === null || box === undefined) return;
  box.checked = areSingleKeysOn();
  box.onchange = () => setSingleKeys(box.checked);
  dialog.showModal();
}
