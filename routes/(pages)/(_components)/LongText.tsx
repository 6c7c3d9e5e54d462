interface LongTextProps {
  text: string;
  /** So much of it is shown at first. */
  chars?: number;
}

/** A text of somebody else: as text, and cut where it is long. */
export default function LongText({ text, chars = 300 }: LongTextProps) {
  if (text.length <= chars * 1.3) return <span class="long-text">{text}</span>;
  return (
    <details class="long-text">
      <summary>
        <span class="long-start">{text.slice(0, chars).toWellFormed()}…</span>{" "}
        <span class="long-more">
          Show all {text.length.toLocaleString("en")} characters
        </span>
      </summary>
      <span class="long-all">{text}</span>
    </details>
  );
}
