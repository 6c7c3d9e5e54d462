import CopyButton from "./CopyButton.tsx";

/** Several lines of code or configuration, to be copied. */
export default function CodeBlock({ text, label }: { text: string; label: string }) {
  return (
    <div class="code-block">
      <pre tabIndex={0} role="group" aria-label={label}><code>{text}</code></pre>
      <CopyButton text={text} label={label} />
    </div>
  );
}
