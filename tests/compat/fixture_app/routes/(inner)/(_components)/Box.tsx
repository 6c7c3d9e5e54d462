import type { ComponentChildren } from "preact";

/** A component that never runs in a browser. */
export function Box({ children }: { children: ComponentChildren }) {
  return <div class="box">{children}</div>;
}
