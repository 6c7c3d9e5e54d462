/** A piece of the page between two comments. */
export interface Mark {
  kind: "island" | "slot" | "partial";
  /** An island's name, index and key; a slot's id and name. */
  label: string[];
  start: Comment;
  end: Comment;
  /** Whether it stands inside an island. */
  inside: boolean;
}

const KINDS = ["island", "slot", "partial"] as const;

/** Finds the marked pieces below a node, the outer before the inner. */
export function findMarks(root: Node): Mark[] {
  const marks: Mark[] = [];
  const open: Mark[] = [];
  const comments = document.createTreeWalker(root, NodeFilter.SHOW_COMMENT);
  while (comments.nextNode()) {
    const node = comments.currentNode;
    if (!(node instanceof Comment)) continue;
    const [tag, name, ...label] = node.data.split(":");
    const kind = KINDS.find((kind) => kind === name);
    if (kind === undefined) continue;

    if (tag === "frsh") {
      const inside = open.some((mark) => mark.kind === "island");
      const mark: Mark = { kind, label, start: node, end: node, inside };
      marks.push(mark);
      open.push(mark);
    } else if (tag === "/frsh" && open.at(-1)?.kind === kind) {
      const mark = open.pop();
      if (mark !== undefined) mark.end = node;
    }
  }
  return marks;
}

/** A stand-in for an element whose children are the nodes of a marked piece. */
export function rangeRoot({ start, end }: Mark): Element {
  const parent = start.parentNode as Element;
  const root = {
    nodeType: Node.ELEMENT_NODE,
    parentNode: parent,
    namespaceURI: parent.namespaceURI,
    ownerDocument: parent.ownerDocument,
    get childNodes(): ChildNode[] {
      const nodes: ChildNode[] = [];
      let node = start.nextSibling;
      while (node !== null && node !== end) {
        nodes.push(node);
        node = node.nextSibling;
      }
      return nodes;
    },
    get firstChild(): ChildNode | null {
      return start.nextSibling === end ? null : start.nextSibling;
    },
    insertBefore: (node: Node, before: Node | null) => parent.insertBefore(node, before ?? end),
    appendChild: (node: Node) => parent.insertBefore(node, end),
    removeChild: (node: Node) => parent.removeChild(node),
    contains: (node: Node | null) => root.childNodes.some((child) => child.contains(node)),
  };
  return root as unknown as Element;
}
