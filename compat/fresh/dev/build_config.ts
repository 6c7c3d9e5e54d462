import { isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Where an app's parts lie, and for which browsers its scripts are meant. */
export interface BuildOptions {
  /** The browsers to support, in esbuild's words. */
  target?: string | string[];
  /** The app's folder; other paths are seen from here. */
  root?: string;
  /** Where the build goes: `_fresh`. */
  outDir?: string;
  /** Where files to serve lie: `static`. Of several, the first that has a file wins. */
  staticDir?: string | string[];
  /** Where islands lie: `islands`. */
  islandDir?: string;
  /** Where routes lie: `routes`. */
  routeDir?: string;
  /** The module that exports the app: `main.ts`. */
  serverEntry?: string;
  /** Files that are neither routes nor islands: tests. */
  ignore?: RegExp[];
  /** Has source maps written for the browser's scripts. */
  sourceMap?: {
    kind: boolean | "linked" | "inline" | "external" | "both";
    sourceRoot?: string;
    sourcesContent?: boolean;
  };
}

/** Build options with every path filled in. */
export type ResolvedBuildConfig =
  & Required<Omit<BuildOptions, "sourceMap" | "staticDir">>
  & {
    staticDir: string[];
    mode: "development" | "production";
    buildId: string;
    sourceMap?: BuildOptions["sourceMap"];
  };

const TEST_FILE = /[._]test\.(?:[tj]sx?|[mc][tj]s)$/;

/** Fills in what build options leave out. */
export function resolveBuildConfig(
  options: BuildOptions,
  buildId: string,
): ResolvedBuildConfig {
  const root = toPath(options.root ?? ".", Deno.cwd());
  const statics = [options.staticDir ?? "static"].flat();
  return {
    root,
    buildId,
    mode: "production",
    target: options.target ?? ["chrome99", "firefox99", "safari15"],
    outDir: toPath(options.outDir ?? "_fresh", root),
    staticDir: statics.map((dir) => toPath(dir, root)),
    islandDir: toPath(options.islandDir ?? "islands", root),
    routeDir: toPath(options.routeDir ?? "routes", root),
    serverEntry: toPath(options.serverEntry ?? "main.ts", root),
    ignore: options.ignore ?? [TEST_FILE],
    sourceMap: options.sourceMap,
  };
}

function toPath(path: string, root: string): string {
  if (path.startsWith("file:")) return fileURLToPath(path);
  return isAbsolute(path) ? path : join(root, path);
}
