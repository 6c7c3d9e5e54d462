import type { VNode } from "preact";
import type { Island, Snapshot } from "../snapshot.ts";

/** JSX that was passed to an island, and has a place of its own in the page. */
export interface Slot {
  id: number;
  name: string;
  content: unknown;
  isRendered: boolean;
}

/** What is known about a page while it is rendered. */
export class RenderState {
  /** Marks the page's own scripts and styles, for a content security policy. */
  readonly nonce = crypto.randomUUID().replaceAll("-", "");
  readonly islands = new Set<Island>();
  readonly islandProps: Record<string, unknown>[] = [];
  readonly slots: Slot[] = [];
  readonly partials = new Set<string>();
  /** The elements inside `<Head>`, until they find their place. */
  readonly head = new Map<string, VNode>();
  /** Elements and islands that are already where they belong. */
  readonly placed = new WeakSet<object>();
  headDepth = 0;
  /** How deep inside an island rendering is; what it renders is no island again. */
  islandDepth = 0;
  outerIslandDepths: number[] = [];
  hasHtml = false;
  hasHead = false;
  hasBody = false;
  hasScripts = false;

  constructor(
    readonly url: URL,
    readonly basePath: string,
    // deno-lint-ignore no-explicit-any
    readonly snapshot: Snapshot<any>,
  ) {}

  /** Whether the page has anything to run in a browser. */
  get needsScript(): boolean {
    return this.islands.size > 0 || this.snapshot.liveReload;
  }
}

/** The page that is being rendered; rendering never waits, so there is but one. */
export let current: RenderState | null = null;

/** Runs a function while a page's state is the current one. */
export function withState<T>(state: RenderState, run: () => T): T {
  const outer = current;
  current = state;
  try {
    return run();
  } finally {
    current = outer;
  }
}
