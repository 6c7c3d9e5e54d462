import type { ComponentChildren } from "preact";

/** How something is, by how it is shown: each has a sign beside its colour. */
export type BadgeKind = "good" | "warn" | "bad" | "neutral";

/** A state in a word; the sign before it says the same without colour. */
export default function Badge(
  { kind, children }: { kind: BadgeKind; children: ComponentChildren },
) {
  return <span class="badge" data-kind={kind}>{children}</span>;
}
