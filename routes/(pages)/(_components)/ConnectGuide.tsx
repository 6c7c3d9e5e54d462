import { editorConfig } from "../../../core/connect/editor_config.ts";
import {
  type Connection,
  type Editor,
  EDITOR_PLACES,
  type EditorPlace,
  EDITORS,
  TOKEN_PLACEHOLDER,
  tokenVariable,
} from "../../../core/connect/editor.ts";
import { installCommand, installLink } from "../../../core/connect/install_link.ts";
import CodeBlock from "./CodeBlock.tsx";
import Command from "./Command.tsx";

/**
 * Ready configuration for every editor. With a token it has the token in it; without one it says
 * where the editor gets it from.
 */
export default function ConnectGuide({ connection }: { connection: Connection }) {
  return (
    <div class="editors">
      {EDITORS.map((editor, at) => (
        <details key={editor} class="editor" name="editor" id={`editor-${editor}`} open={at === 0}>
          <summary>
            <span>{EDITOR_PLACES[editor].title}</span>
            {installLink(editor, connection) !== null && <span class="quiet">one click</span>}
          </summary>
          <EditorSteps editor={editor} connection={connection} />
        </details>
      ))}
    </div>
  );
}

interface EditorStepsProps {
  editor: Editor;
  connection: Connection;
}

function EditorSteps({ editor, connection }: EditorStepsProps) {
  const place = EDITOR_PLACES[editor];
  const link = installLink(editor, connection);
  const command = installCommand(editor, connection);
  const isOnlyFile = link === null && command === null;
  return (
    <div class="editor-steps">
      {link !== null && (
        <div class="editor-step">
          <p>
            <a class="button" href={link}>Add to {place.title}</a>
          </p>
          <p class="hint">
            {spokenSource(place, connection.name)}
            {connection.token !== null && " The link itself holds no token."}
          </p>
        </div>
      )}
      {command !== null && (
        <div class="editor-step">
          <p>{link === null ? "In a terminal:" : "Or in a terminal:"}</p>
          <Command text={command} />
          {link === null && <p class="hint">{spokenSource(place, connection.name)}</p>}
        </div>
      )}
      <div class="editor-step">
        <p>
          {isOnlyFile ? "Put this into " : "Or put this into "}
          <Files place={place} hasToken={connection.token !== null} />:
        </p>
        <CodeBlock
          text={editorConfig(editor, connection)}
          label={`the configuration of ${place.title}`}
        />
        {connection.token !== null
          ? (
            <p class="hint">
              It has the token in it: a file of your own, not one that is shared with a project.
            </p>
          )
          : isOnlyFile && <p class="hint">{spokenSource(place, connection.name)}</p>}
      </div>
    </div>
  );
}

/** Where the configuration belongs; a shared file only where no token is in it. */
function Files({ place, hasToken }: { place: EditorPlace; hasToken: boolean }) {
  const { files, projectFile, tokenSource } = place;
  const isShareable = !hasToken && tokenSource !== "typed" && projectFile !== null;
  return (
    <>
      {files.map(({ path, on }, at) => (
        <span key={path}>
          {at > 0 && ", "}
          <code>{path}</code>
          {on !== null && ` (${on})`}
        </span>
      ))}
      {isShareable && (
        <>
          , or <code>{projectFile}</code> of a project
        </>
      )}
    </>
  );
}

/** Where an editor gets the token from when its configuration has none. */
function spokenSource({ title, tokenSource }: EditorPlace, slug: string): string {
  switch (tokenSource) {
    case "asked":
      return `${title} asks for the token once, and keeps it where it keeps passwords.`;
    case "variable":
      return `${title} reads the token from the environment variable ${tokenVariable(slug)}; ` +
        "it has to be set where the editor is started.";
    case "typed":
      return `${title} reads no variable here: put the token in place of ${TOKEN_PLACEHOLDER}.`;
  }
}
