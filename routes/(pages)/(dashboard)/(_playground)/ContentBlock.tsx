import { visibleText } from "../../../../core/definitions/visible_text.ts";
import { isObject, type JsonObject } from "../../../../core/mcp/message.ts";
import { cutText, prettyIfJson } from "./shown_text.ts";

/** Pictures and sounds that a browser shows without running anything. */
const PICTURES = ["image/png", "image/jpeg", "image/gif", "image/webp"];
const SOUNDS = [
  "audio/wav",
  "audio/x-wav",
  "audio/mpeg",
  "audio/mp3",
  "audio/ogg",
  "audio/webm",
  "audio/mp4",
];

/** The longest data that is put into the page. */
const MAX_DATA_CHARS = 3_000_000;

/** A part of what a tool gave back. Servers may be hostile: text is text, and no link is one. */
export default function ContentBlock({ block }: { block: unknown }) {
  if (!isObject(block)) return <Text text={JSON.stringify(block)} label="Something else" />;
  switch (block.type) {
    case "text":
      return <Text text={String(block.text ?? "")} label="Text" />;
    case "image":
    case "audio":
      return <Media block={block} />;
    case "resource_link":
      return <ResourceLink block={block} />;
    case "resource":
      return <Embedded resource={isObject(block.resource) ? block.resource : {}} />;
    default:
      return <Text text={JSON.stringify(block, null, 2)} label={`Of type ${String(block.type)}`} />;
  }
}

function Text({ text, label }: { text: string; label: string }) {
  const { shown, rest } = cutText(visibleText(prettyIfJson(text)));
  const name = visibleText(label);
  return (
    <figure class="block">
      <figcaption>{name}</figcaption>
      <pre tabIndex={0} role="group" aria-label={name}><code>{shown}</code></pre>
      {rest > 0 && <p class="quiet">{rest} more characters are not shown.</p>}
    </figure>
  );
}

function Media({ block: { type, mimeType, data } }: { block: JsonObject }) {
  const kind = String(mimeType ?? "").toLowerCase();
  const isSound = type === "audio";
  const isKnown = (isSound ? SOUNDS : PICTURES).includes(kind);
  const isData = typeof data === "string" && /^[A-Za-z0-9+/]*={0,2}$/.test(data);
  const size = typeof data === "string" ? Math.floor(data.length * 3 / 4) : 0;
  const caption = `${isSound ? "Sound" : "Picture"}, ${kind || "of no type"}, ${size} bytes`;
  if (!isKnown || !isData || data.length > MAX_DATA_CHARS) {
    return (
      <figure class="block">
        <figcaption>{caption}</figcaption>
        <p class="quiet">It is not shown: only common kinds are, up to 2 MB.</p>
      </figure>
    );
  }
  const source = `data:${kind};base64,${data}`;
  return (
    <figure class="block">
      <figcaption>{caption}</figcaption>
      {isSound
        ? <audio controls src={source} />
        : <img class="picture" src={source} alt="What the tool gave back" />}
    </figure>
  );
}

function ResourceLink({ block: { name, uri, description, mimeType } }: { block: JsonObject }) {
  const parts = [description, mimeType].filter((part) => typeof part === "string").join(" · ");
  return (
    <figure class="block">
      <figcaption>Link to a resource</figcaption>
      <p class="wrap">
        {typeof name === "string" && <strong>{name}</strong>} <code>{String(uri ?? "")}</code>
      </p>
      {parts !== "" && <p class="quiet">{parts}</p>}
    </figure>
  );
}

function Embedded({ resource }: { resource: JsonObject }) {
  const { uri, text, blob } = resource;
  const label = `Resource ${String(uri ?? "")}`;
  if (typeof text === "string") return <Text text={text} label={label} />;
  const size = typeof blob === "string" ? Math.floor(blob.length * 3 / 4) : 0;
  return (
    <figure class="block">
      <figcaption>{label}</figcaption>
      <p class="quiet">{size} bytes, which are not shown.</p>
    </figure>
  );
}
