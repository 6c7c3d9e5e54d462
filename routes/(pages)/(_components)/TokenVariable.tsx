import { tokenVariable } from "../../../core/connect/editor.ts";
import Command from "./Command.tsx";

/** How a token comes into the environment without standing in a shell's history. */
export default function TokenVariable({ slug }: { slug: string }) {
  const name = tokenVariable(slug);
  return (
    <>
      <p class="quiet">
        Where an editor reads the token from{" "}
        <code>{name}</code>, this asks for it without showing or keeping it, in the shell from which
        the editor is started:
      </p>
      <Command text={`read -rs ${name} && export ${name}`} />
    </>
  );
}
