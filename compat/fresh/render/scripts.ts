import { stringify } from "devalue";
import { type ComponentChildren, Fragment, isValidElement, type VNode } from "preact";
import type { Island } from "../snapshot.ts";
import { isComputed, IslandSlot, isSignal } from "./islands.ts";
import { node } from "./node.ts";
import { current, type RenderState } from "./state.ts";

/** What starts a page's islands; nothing for a page that has none. */
export function PageScripts(): VNode | null {
  if (current === null || current.hasScripts) return null;
  current.hasScripts = true;
  return node(Fragment, null, node(HiddenSlots), node(StartScript));
}

/** JSX that an island was passed and has not shown yet. */
function HiddenSlots(): VNode | null {
  if (current === null) return null;
  const templates = current.slots
    .filter((slot) => !slot.isRendered)
    .map(({ id, name, content }) => {
      const props = { id: `frsh-${id}-${name}` };
      return node("template", props, content as ComponentChildren);
    });
  return node(Fragment, null, templates);
}

function StartScript(): VNode | null {
  if (current === null || !current.needsScript) return null;
  const __html = startScript(current);
  return node("script", {
    type: "module",
    dangerouslySetInnerHTML: { __html },
  });
}

function startScript(state: RenderState): string {
  const { basePath, snapshot } = state;
  const islands = [...state.islands];
  const imports = islands.map((island) =>
    `import ${importName(island)} from ${json(basePath + island.file)};`
  );
  const names = islands.map((island) => island.name).join(",");
  const props = json(stringify(state.islandProps, reducers));
  const entry = json(basePath + snapshot.clientEntry);
  return `import{boot}from ${entry};${imports.join("")}boot({${names}},${props});`;
}

function importName({ exportName, name }: Island): string {
  return `{${exportName} as ${name}}`;
}

/** Writes JSON that cannot end the script it stands in. */
function json(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll("<", "\\u003c")
    .replaceAll("\u2028", "\\u2028")
    .replaceAll("\u2029", "\\u2029");
}

/** What goes to the browser in a form of its own, besides what devalue knows. */
const reducers = {
  Computed: (value: unknown) => isComputed(value) && [peek(value)],
  Signal: (value: unknown) => isSignal(value) && [peek(value)],
  Slot: (value: unknown) => isValidElement(value) && value.type === IslandSlot && value.props,
};

function peek(value: unknown): unknown {
  return isSignal(value) ? value.peek() : undefined;
}
