import type { ComponentType } from "preact";
import type { RouteFile } from "./file_routes.ts";

/** One component that runs in the browser too. */
export interface Island {
  /** The path of its script. */
  file: string;
  /** The name that the page knows it by. */
  name: string;
  /** The name under which its module exports it. */
  exportName: string;
  fn: ComponentType;
  css: string[];
}

/** A file to serve. */
export interface StaticFile {
  hash: string | null;
  contentType: string;
  content: Uint8Array<ArrayBuffer>;
  /** Whether the file's own address changes with its content. */
  immutable?: boolean;
}

/** What a build gives to an app: its file routes, islands and static files. */
export interface Snapshot<State> {
  root: string;
  /** The path of the script that starts islands. */
  clientEntry: string;
  islands: Map<unknown, Island>;
  /** Whether pages reload themselves when the server was restarted. */
  liveReload: boolean;
  routes(): RouteFile<State>[];
  /** Reads a static file by its path, percent-encoded segment by segment. */
  readFile(pathname: string): Promise<StaticFile | null>;
}

/** What an app has before any build was given to it. */
export function emptySnapshot<State>(): Snapshot<State> {
  return {
    root: ".",
    clientEntry: "",
    islands: new Map(),
    liveReload: false,
    routes: () => [],
    readFile: () => Promise.resolve(null),
  };
}

/** Enters the components that an island's module exports. */
export function addIslands(
  islands: Map<unknown, Island>,
  module: Record<string, unknown>,
  file: string,
  moduleName: string,
): void {
  const taken = new Set([...islands.values()].map((island) => island.name));
  for (const [exportName, value] of Object.entries(module)) {
    if (typeof value !== "function") continue;
    const wanted = exportName === "default" ? moduleName : exportName;
    const name = freeName(wanted, taken);
    taken.add(name);
    const fn = value as ComponentType;
    islands.set(fn, { file, name, exportName, fn, css: [] });
  }
}

/** Makes a name that a script can use and that nothing else has. */
export function freeName(wanted: string, taken: Set<string>): string {
  const name = `_${wanted.replaceAll(/[^\w$]+/g, "_")}`.replace(
    /^_(?=[A-Z]\w)/,
    "",
  );
  if (!taken.has(name) && !(name in globalThis)) return name;
  let count = 1;
  while (taken.has(`${name}_${count}`)) count++;
  return `${name}_${count}`;
}
