import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { getMimeType } from "hono/utils/mime";
import { scriptFolder } from "../build_id.ts";
import type { RouteFile, RouteModule } from "../file_routes.ts";
import { addIslands, type Island, type Snapshot, type StaticFile } from "../snapshot.ts";
import type { ResolvedBuildConfig } from "./build_config.ts";
import { type Bundle, CLIENT_ENTRY } from "./bundle.ts";
import type { FoundRoute } from "./crawl.ts";

/** Loads an app's routes and islands, to be served from memory. */
export async function memorySnapshot<State>(
  config: ResolvedBuildConfig,
  found: FoundRoute[],
  bundle: Bundle,
): Promise<Snapshot<State>> {
  const folder = scriptFolder(config.buildId);
  const islands = new Map<unknown, Island>();
  for (const [path, { file, moduleName }] of bundle.islands) {
    const module = await import(pathToFileURL(path).href);
    addIslands(islands, module, folder + file, moduleName);
  }

  const routes: RouteFile<State>[] = [];
  for (const { id, path } of found) {
    const mod: RouteModule<State> = await import(pathToFileURL(path).href);
    routes.push({ id, mod });
  }

  return {
    root: config.root,
    clientEntry: folder + CLIENT_ENTRY,
    islands,
    liveReload: config.mode === "development",
    routes: () => routes,
    readFile: async (pathname) => {
      if (!pathname.startsWith(folder)) {
        return await readStatic(pathname, config);
      }
      const script = bundle.files.get(pathname.slice(folder.length));
      return script === undefined ? null : { ...script, contentType: contentType(pathname) };
    },
  };
}

async function readStatic(
  pathname: string,
  { staticDir }: ResolvedBuildConfig,
): Promise<StaticFile | null> {
  const parts = pathname.slice(1).split("/").map(decodeURIComponent);
  if (parts.some(isHidden)) return null;
  for (const dir of staticDir) {
    try {
      const content = await Deno.readFile(join(dir, ...parts));
      return { content, hash: null, contentType: contentType(pathname) };
    } catch (error) {
      const code = (error as { code?: string }).code ?? "";
      if (!["ENOENT", "EISDIR", "ENOTDIR"].includes(code)) throw error;
    }
  }
  return null;
}

/** Tells whether a file or folder is not for everybody, such as `.env` or `..`. */
export function isHidden(name: string): boolean {
  return /[/\\\0]/.test(name) ||
    (name.startsWith(".") && name !== ".well-known");
}

/** The content type of a file, by its name. */
export function contentType(path: string): string {
  return getMimeType(path) ?? "text/plain; charset=utf-8";
}
