import { extname, join, relative, sep } from "node:path";
import { sortRouteIds } from "../file_routes.ts";
import type { ResolvedBuildConfig } from "./build_config.ts";

/** A route file and where it lies. */
export interface FoundRoute {
  id: string;
  path: string;
}

const CODE = new Set([".tsx", ".jsx", ".ts", ".js"]);

/** Lists the files below a folder, sorted; a missing folder has none. */
export async function filesBelow(folder: string): Promise<string[]> {
  const files: string[] = [];
  try {
    for await (const entry of Deno.readDir(folder)) {
      const path = join(folder, entry.name);
      if (entry.isDirectory) files.push(...await filesBelow(path));
      else if (entry.isFile) files.push(path);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return files.sort();
}

/**
 * Finds the routes and islands of an app.
 *
 * A folder `(_islands)` among the routes holds islands; any other folder whose
 * name begins with `(_` is left alone.
 */
export async function crawl(
  config: ResolvedBuildConfig,
): Promise<{ routes: FoundRoute[]; islands: string[] }> {
  const isCode = (path: string) =>
    CODE.has(extname(path)) && !config.ignore.some((rule) => rule.test(path));
  const inIslands = (await filesBelow(config.islandDir)).filter(isCode);
  const inRoutes = (await filesBelow(config.routeDir)).filter(isCode);

  const paths = new Map<string, string>();
  const islands = [...inIslands];
  for (const path of inRoutes) {
    const id = `/${relative(config.routeDir, path).split(sep).join("/")}`;
    const hidden = /\/\((_[^/]+)\)\//.exec(id)?.[1];
    if (hidden === "_islands") islands.push(path);
    if (hidden === undefined) paths.set(id.slice(0, -extname(id).length), path);
  }

  const routes = sortRouteIds([...paths.keys()]).map((id) => ({
    id,
    path: paths.get(id) ?? "",
  }));
  return { routes, islands };
}
