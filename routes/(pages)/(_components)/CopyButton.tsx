/** Copies a text; where no scripts run it is out of sight. */
export default function CopyButton({ text, label }: { text: string; label?: string }) {
  return (
    <button type="button" class="copy" data-copy={text} aria-label={`Copy ${label ?? text}`}>
      <span aria-live="polite">Copy</span>
    </button>
  );
}
