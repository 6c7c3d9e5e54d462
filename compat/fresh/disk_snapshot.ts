import { setBuildId } from "./build_id.ts";
import type { RouteFile } from "./file_routes.ts";
import type { Island, Snapshot } from "./snapshot.ts";

/** A static file as the build has listed it. */
export interface ListedFile {
  /** Where it lies, below the app's folder. */
  filePath: string;
  hash: string;
  contentType: string;
}

/** What the build has written down about an app. */
export interface WrittenSnapshot<State> {
  buildId: string;
  clientEntry: string;
  islands: Map<unknown, Island>;
  routes: RouteFile<State>[];
  staticFiles: Map<string, ListedFile>;
}

/** Brings a written build back, for an app whose folder is given. */
export function diskSnapshot<State>(
  root: URL,
  written: WrittenSnapshot<State>,
): Snapshot<State> {
  setBuildId(written.buildId);
  return {
    root: decodeURIComponent(root.pathname),
    clientEntry: written.clientEntry,
    islands: written.islands,
    liveReload: false,
    routes: () => written.routes,
    readFile: async (pathname) => {
      const listed = written.staticFiles.get(pathname);
      if (listed === undefined) return null;
      const { filePath, hash, contentType } = listed;
      const content = await Deno.readFile(new URL(filePath, root));
      return { hash, contentType, content };
    },
  };
}
