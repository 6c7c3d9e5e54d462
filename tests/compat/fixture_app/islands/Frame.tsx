import { type Signal, useSignal } from "@preact/signals";
import type { ComponentChildren, VNode } from "preact";

/** Shows the same signal as another island. */
export function Twin({ count }: { count: Signal<number> }) {
  return <output id="twin">{count}</output>;
}

interface FrameProps {
  title: string;
  aside: VNode;
  children: ComponentChildren;
}

/** Shows what it is passed, and the aside only when asked. */
export function Frame({ title, aside, children }: FrameProps) {
  const isOpen = useSignal(false);
  return (
    <section>
      <button type="button" id="open" onClick={() => isOpen.value = true}>
        {title}
      </button>
      {isOpen.value ? <div id="aside">{aside}</div> : null}
      <div id="slot">{children}</div>
    </section>
  );
}
