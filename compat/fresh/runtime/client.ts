/** Starts the islands of a page in the browser. */
import { parse } from "devalue";
import { type ComponentChildren, type ComponentType, render, type VNode } from "preact";
import { computed, signal } from "@preact/signals";
import { node } from "../render/node.ts";
import { findMarks, type Mark, rangeRoot } from "./marks.ts";

export { asset, IS_BROWSER, Partial } from "./mod.ts";

interface SlotRef {
  slot: number;
  name: string;
}

type Props = Record<string, unknown>;

/** Finds the islands in the page, gives them their props, and renders them. */
export function boot(
  components: Record<string, ComponentType>,
  serialised: string,
): void {
  const allProps: Props[] = parse(serialised, {
    Signal: ([value]: [unknown]) => signal(value),
    Computed: ([value]: [unknown]) => computed(() => value),
    Slot: ({ id, name }: { id: number; name: string }): SlotRef => ({
      slot: id,
      name,
    }),
  });
  const marks = findMarks(document.body);
  const page = new Page(components, allProps, marks);

  // Rendering moves nodes: every island is read before the first is rendered.
  const islands = marks.filter((mark) => mark.kind === "island" && !mark.inside)
    .map((mark) => ({ mark, vnode: page.island(mark) }));
  for (const { mark, vnode } of islands) {
    if (mark.start.parentNode !== mark.end.parentNode) {
      console.error(
        `Cannot start island "${mark.label[0]}": invalid HTML nesting`,
      );
      continue;
    }
    render(vnode, rangeRoot(mark));
  }
}

/** Reads a rendered page back into what it was rendered from. */
class Page {
  #components: Record<string, ComponentType>;
  #props: Props[];
  #marks: Map<Node, Mark>;
  #slots = new Map<number, Mark>();

  constructor(
    components: Record<string, ComponentType>,
    props: Props[],
    marks: Mark[],
  ) {
    this.#components = components;
    this.#props = props;
    this.#marks = new Map(marks.map((mark) => [mark.start, mark]));
    for (const mark of marks) {
      if (mark.kind === "slot") this.#slots.set(Number(mark.label[0]), mark);
    }
  }

  island({ label: [name, index, key] }: Mark): VNode {
    const props: Props = { ...this.#props[Number(index)] };
    for (const [prop, value] of Object.entries(props)) {
      if (isSlotRef(value)) props[prop] = this.#slot(value);
    }
    if (key) props.key = key;
    return node(this.#components[name], props);
  }

  #slot({ slot, name }: SlotRef): ComponentChildren {
    const mark = this.#slots.get(slot);
    if (mark !== undefined) {
      return this.#children(mark.start.nextSibling, mark.end);
    }
    const template = document.getElementById(`frsh-${slot}-${name}`);
    if (!(template instanceof HTMLTemplateElement)) return null;
    for (const mark of findMarks(template.content)) {
      this.#marks.set(mark.start, mark);
      if (mark.kind === "slot") this.#slots.set(Number(mark.label[0]), mark);
    }
    return this.#children(template.content.firstChild, null);
  }

  #children(first: Node | null, end: Node | null): ComponentChildren[] {
    const children: ComponentChildren[] = [];
    for (let dom = first; dom !== null && dom !== end;) {
      const mark = this.#marks.get(dom);
      if (mark?.kind === "island") {
        children.push(this.island(mark));
        dom = mark.end.nextSibling;
        continue;
      }
      if (dom instanceof Text) children.push(dom.data);
      if (dom instanceof Element) children.push(this.#element(dom));
      dom = dom.nextSibling;
    }
    return children;
  }

  #element(element: Element): VNode {
    const props: Props = {};
    for (const { name, value } of element.attributes) {
      const isFlag = Reflect.get(element, name) === true;
      props[name] = isFlag ? true : value;
    }
    const children = this.#children(element.firstChild, null);
    return node(element.localName, props, children);
  }
}

function isSlotRef(value: unknown): value is SlotRef {
  return typeof value === "object" && value !== null && "slot" in value &&
    "name" in value && typeof value.slot === "number";
}
