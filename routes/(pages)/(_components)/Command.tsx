import CopyButton from "./CopyButton.tsx";

/** A line for the terminal, or a value, to be copied. */
export default function Command({ text }: { text: string }) {
  return (
    <span class="command">
      <code>{text}</code>
      <CopyButton text={text} />
    </span>
  );
}
