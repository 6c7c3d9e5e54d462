import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

/** For how long the button says how it went. */
const SAID_MS = 2_000;

const LABELS = { idle: "Copy", copied: "Copied", failed: "Select it" };

/** Copies a text; without JavaScript it stays out of sight. */
export default function CopyButton({ text }: { text: string }) {
  const isReady = useSignal(false);
  const state = useSignal<keyof typeof LABELS>("idle");

  useEffect(() => void (isReady.value = true), []);
  useEffect(() => {
    if (state.value === "idle") return;
    const timer = setTimeout(() => state.value = "idle", SAID_MS);
    return () => clearTimeout(timer);
  }, [state.value]);

  async function copy(): Promise<void> {
    state.value = await write(text) ? "copied" : "failed";
  }

  return (
    <button
      type="button"
      class="copy"
      data-state={state.value}
      aria-label={state.value === "idle" ? `Copy ${text}` : undefined}
      disabled={!isReady.value}
      onClick={copy}
    >
      <span aria-live="polite">{LABELS[state.value]}</span>
    </button>
  );
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
