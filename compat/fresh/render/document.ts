import { Fragment, type VNode } from "preact";
import { renderToString } from "preact-render-to-string";
import { jsxTemplate } from "preact/jsx-runtime";
import { type Context, snapshotOf } from "../context.ts";
import "./hooks.ts";
import { node } from "./node.ts";
import { RenderState, withState } from "./state.ts";

/** A rendered page, the nonce of its scripts, and the scripts to load early. */
export interface RenderedDocument {
  html: string;
  nonce: string;
  preload: string;
}

/**
 * Renders a whole document.
 *
 * The page comes first and the app wrapper after it, so that what the page puts
 * into the head is known by the time that the head is written.
 */
export function renderDocument<State>(
  ctx: Context<State>,
  slot: { content: VNode },
  app: VNode | null,
): RenderedDocument {
  const { url, config: { basePath } } = ctx;
  const state = new RenderState(url, basePath, snapshotOf(ctx));

  const html = withState(state, () => {
    let html = renderToString(slot.content);
    if (app !== null) {
      slot.content = raw(html);
      html = renderToString(app);
    }
    return renderToString(completed(state, html));
  });

  return {
    html: `<!DOCTYPE html>${html}`,
    nonce: state.nonce,
    preload: state.needsScript ? preload(state) : "",
  };
}

/** Puts `html`, `head` and `body` around what lacks them. */
function completed(state: RenderState, html: string): VNode {
  let document: VNode = raw(html);
  if (!state.hasBody) document = node("body", null, document);
  if (!state.hasHead) {
    const head = node("head", null, node("meta", { charset: "utf-8" }));
    document = node(Fragment, null, head, document);
  }
  return state.hasHtml ? document : node("html", null, document);
}

function raw(html: string): VNode {
  return jsxTemplate([html] as unknown as string[]);
}

function preload(state: RenderState): string {
  const files = new Set([state.snapshot.clientEntry]);
  for (const island of state.islands) files.add(island.file);
  return [...files]
    .map((file) => `<${encodeURI(state.basePath + file)}>`)
    .map((address) => `${address}; rel="modulepreload"; as="script"`)
    .join(", ");
}
