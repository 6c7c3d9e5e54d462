import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Where esbuild looks for what islands import. */
export interface ImportRules {
  /** Names that stand for something else. */
  alias: Record<string, string>;
  /** Folders with packages, for importing files that have none above them. */
  nodePaths: string[];
}

/** What this package offers to a browser. */
const RUNTIME = new URL("../runtime/mod.ts", import.meta.url);

/** Says in esbuild's words what the imports of the app's `deno.json` say. */
export async function importRules(root: string): Promise<ImportRules> {
  const { folder, imports } = await readImports(root);
  const alias: Record<string, string> = { "fresh/runtime": fileURLToPath(RUNTIME) };

  for (const [name, target] of Object.entries(imports)) {
    const [, npmPackage] = /^npm:\/?((?:@[^/]+\/)?[^/@]+)/.exec(target) ?? [];
    const bareName = name.replace(/\/$/, "");
    if (target.startsWith(".")) alias[bareName] = join(folder, target);
    else if (npmPackage !== undefined && npmPackage !== name) alias[bareName] = npmPackage;
  }

  const here = dirname(fileURLToPath(import.meta.url));
  const nodePaths = [...foldersAbove(folder), ...foldersAbove(here)];
  return { alias, nodePaths: nodePaths.map((path) => join(path, "node_modules")) };
}

/** Finds the imports of the nearest `deno.json` at or above a folder. */
async function readImports(
  start: string,
): Promise<{ folder: string; imports: Record<string, string> }> {
  for (const folder of foldersAbove(start)) {
    try {
      const text = await Deno.readTextFile(join(folder, "deno.json"));
      return { folder, imports: JSON.parse(text).imports ?? {} };
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return { folder: start, imports: {} };
}

function foldersAbove(start: string): string[] {
  const parent = dirname(start);
  return parent === start ? [start] : [start, ...foldersAbove(parent)];
}
