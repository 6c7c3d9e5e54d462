/** What a page's own scripts say of elements, and no answer of the server takes away. */
const OWN_ATTRIBUTES = new Set(["open", "data-new"]);

/**
 * Makes an element as another one is, by as few changes as it takes: what stays the same keeps
 * focus, selection and scroll position, and a `<details>` stays open.
 *
 * Children with `data-row` or an id are known by it; gives those with `data-row` that are new.
 */
export function morph(from: Element, to: Element): Element[] {
  for (const { name } of [...from.attributes]) {
    if (!to.hasAttribute(name) && !OWN_ATTRIBUTES.has(name)) from.removeAttribute(name);
  }
  for (const { name, value } of to.attributes) {
    if (from.getAttribute(name) !== value && name !== "open") from.setAttribute(name, value);
  }
  return morphChildren(from, to);
}

function morphChildren(from: Element, to: Element): Element[] {
  const wanted = new Set([...to.children].map(keyOf));
  const known = new Map<string, Element>();
  for (const child of [...from.children]) {
    const key = keyOf(child);
    if (key === null) continue;
    if (wanted.has(key)) known.set(key, child);
    else child.remove();
  }

  const added: Element[] = [];
  let at = from.firstChild;
  for (const next of [...to.childNodes]) {
    const key = keyOf(next);
    const have: ChildNode | null = key === null ? at : known.get(key) ?? null;
    if (have === null || !isSameKind(have, next)) {
      const fresh = document.importNode(next, true);
      from.insertBefore(fresh, at);
      if (fresh instanceof Element && fresh.hasAttribute("data-row")) added.push(fresh);
      continue;
    }
    if (have === at) at = at.nextSibling;
    else from.insertBefore(have, at);
    added.push(...become(have, next));
  }

  while (at !== null) {
    const after: ChildNode | null = at.nextSibling;
    at.remove();
    at = after;
  }
  return added;
}

function become(have: ChildNode, next: ChildNode): Element[] {
  if (have instanceof Element && next instanceof Element) {
    if (have.isEqualNode(next) || isSameTime(have, next)) return [];
    if (!have.matches("time")) return morph(have, next);
    have.replaceWith(document.importNode(next, true));
  } else if (have.nodeValue !== next.nodeValue) have.nodeValue = next.nodeValue;
  return [];
}

/** The browser keeps the words of a time right, by when it came. */
function isSameTime(have: Element, next: Element): boolean {
  return have.matches("time[data-now]") && next.matches("time[data-now]") &&
    have.getAttribute("datetime") === next.getAttribute("datetime");
}

function isSameKind(have: Node, next: Node): boolean {
  return have.nodeName === next.nodeName && keyOf(have) === keyOf(next);
}

function keyOf(node: Node): string | null {
  if (!(node instanceof Element)) return null;
  const row = node.getAttribute("data-row");
  return row !== null ? `row ${row}` : node.id === "" ? null : `id ${node.id}`;
}
