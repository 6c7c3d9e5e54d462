import { createHash } from "node:crypto";
import { dirname, join, relative, sep } from "node:path";
import { scriptFolder } from "../build_id.ts";
import { routeKind } from "../file_routes.ts";
import type { ResolvedBuildConfig } from "./build_config.ts";
import { type Bundle, CLIENT_ENTRY } from "./bundle.ts";
import { filesBelow, type FoundRoute } from "./crawl.ts";
import { contentType, isHidden } from "./memory_snapshot.ts";

const NOTE = "// Written by the build; changes are lost.";

/** A file to serve: its path of the site, and where it lies. */
interface ServedFile {
  pathname: string;
  path: string;
  hash: string;
}

/** Writes a build: the browser's scripts, `snapshot.js` and `server.js`. */
export async function writeBuild(
  config: ResolvedBuildConfig,
  routes: FoundRoute[],
  bundle: Bundle,
  statics: ServedFile[],
): Promise<void> {
  const { outDir, root, serverEntry } = config;
  await removeFolder(join(outDir, "static"));
  const scripts = await writeScripts(config, bundle);

  const snapshot = snapshotModule(config, routes, bundle, [
    ...statics,
    ...scripts,
  ]);
  await Deno.writeTextFile(join(outDir, "snapshot.js"), snapshot);
  await Deno.writeTextFile(
    join(outDir, "server.js"),
    `${NOTE}
import { applySnapshot, diskSnapshot } from "fresh/internal";
import * as written from "./snapshot.js";
import { app } from ${quoted(specifier(outDir, serverEntry))};

const root = new URL(${quoted(`${specifier(outDir, root)}/`)}, import.meta.url);
applySnapshot(app, diskSnapshot(root, written), "production");

export default { fetch: app.handler() };
`,
  );
}

/** Lists the files to serve, with a hash of what is in each. */
export async function listStatics(
  { staticDir, outDir }: ResolvedBuildConfig,
): Promise<ServedFile[]> {
  const found = new Map<string, ServedFile>();
  for (const dir of staticDir) {
    for (const path of await filesBelow(dir)) {
      const parts = relative(dir, path).split(sep);
      const isOutput = path.startsWith(outDir + sep);
      const pathname = `/${parts.map(encodeURIComponent).join("/")}`;
      if (isOutput || parts.some(isHidden) || found.has(pathname)) continue;
      const content = await Deno.readFile(path);
      const hash = createHash("sha256").update(content).digest("hex");
      found.set(pathname, { pathname, path, hash });
    }
  }
  return [...found.values()];
}

async function writeScripts(
  { buildId, outDir }: ResolvedBuildConfig,
  { files }: Bundle,
): Promise<ServedFile[]> {
  const served: ServedFile[] = [];
  for (const [name, { content, hash }] of files) {
    const pathname = scriptFolder(buildId) + name;
    const path = join(outDir, "static", pathname);
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.writeFile(path, content);
    served.push({ pathname, path, hash });
  }
  return served;
}

function snapshotModule(
  { buildId, outDir, root }: ResolvedBuildConfig,
  routes: FoundRoute[],
  bundle: Bundle,
  files: ServedFile[],
): string {
  const folder = scriptFolder(buildId);
  const islands = [...bundle.islands].map(([path, island], i) => ({
    load: `import * as island${i} from ${quoted(specifier(outDir, path))};`,
    add: `addIslands(islands, island${i}, ${quoted(folder + island.file)}, ${
      quoted(island.moduleName)
    });`,
  }));
  const mods = routes.map(({ id, path }, i) => ({
    load: `import * as route${i} from ${quoted(specifier(outDir, path))};`,
    entry: `  { id: ${quoted(id)}, mod: route${i} }, // ${routeKind(id)}`,
  }));
  const listed = files.map(({ pathname, path, hash }) => {
    const filePath = relative(root, path).split(sep).map(encodeURIComponent)
      .join("/");
    const file = { filePath, hash, contentType: contentType(pathname) };
    return `  [${quoted(pathname)}, ${JSON.stringify(file)}],`;
  });

  return [
    NOTE,
    `import { addIslands } from "fresh/internal";`,
    ...islands.map(({ load }) => load),
    ...mods.map(({ load }) => load),
    `export const buildId = ${quoted(buildId)};`,
    `export const clientEntry = ${quoted(folder + CLIENT_ENTRY)};`,
    "export const islands = new Map();",
    ...islands.map(({ add }) => add),
    "export const routes = [",
    ...mods.map(({ entry }) => entry),
    "];",
    "export const staticFiles = new Map([",
    ...listed,
    "]);",
    "",
  ].join("\n");
}

function specifier(from: string, to: string): string {
  const path = relative(from, to).split(sep).map(encodeURIComponent).join("/");
  return path.startsWith(".") ? path : `./${path}`;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}

async function removeFolder(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
