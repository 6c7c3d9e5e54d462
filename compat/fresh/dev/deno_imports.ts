import { dirname, isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Plugin } from "esbuild";

/** What this package offers to a browser. */
const OWN = new URL("../runtime/mod.ts", import.meta.url);

/** Takes the place of the version in `npm:name@version/path`. */
const NPM = /^npm:\/?((?:@[^/]+\/)?[^/@]+)(?:@[^/]+)?(\/.*)?$/;

/**
 * Lets esbuild follow the imports of the app's `deno.json`.
 *
 * Packages of npm are looked for beside the importing file, then in the app's
 * folder, then where this package lies.
 */
export async function denoImports(root: string): Promise<Plugin> {
  const { folder, imports } = await readImports(root);
  const places = [folder, dirname(fileURLToPath(import.meta.url))];

  return {
    name: "deno-imports",
    setup(build) {
      build.onResolve({ filter: /^[^./]/ }, async (args) => {
        if (args.pluginData === "resolved") return undefined;
        if (isAbsolute(args.path)) return undefined;

        const target = mapped(args.path, imports);
        if (/^jsr:\/?@fresh\/core(?:@[^/]+)?\/runtime$/.test(target)) {
          return { path: fileURLToPath(OWN) };
        }
        if (target.startsWith(".")) return { path: join(folder, target) };
        if (target.startsWith("file:")) return { path: fileURLToPath(target) };

        const path = target.replace(NPM, "$1$2");
        const { kind, importer } = args;
        const options = { kind, importer, pluginData: "resolved" };
        for (const resolveDir of [args.resolveDir, ...places]) {
          const found = await build.resolve(path, { ...options, resolveDir });
          if (found.errors.length === 0) return found;
        }
        const text = `Cannot find "${args.path}", imported by ${importer}`;
        return { errors: [{ text }] };
      });
    },
  };
}

/** Applies an import map: whole names first, then folders and packages. */
function mapped(specifier: string, imports: Record<string, string>): string {
  if (specifier in imports) return imports[specifier];
  for (const [name, target] of Object.entries(imports)) {
    const isPackage = /^(?:npm|jsr):/.test(target);
    const prefix = isPackage && !name.endsWith("/") ? `${name}/` : name;
    if (prefix.endsWith("/") && specifier.startsWith(prefix)) {
      const base = target.endsWith("/") ? target : `${target}/`;
      return base + specifier.slice(prefix.length);
    }
  }
  return specifier;
}

/** Finds the imports of the nearest `deno.json` at or above a folder. */
async function readImports(
  start: string,
): Promise<{ folder: string; imports: Record<string, string> }> {
  for (let folder = start;; folder = dirname(folder)) {
    try {
      const text = await Deno.readTextFile(join(folder, "deno.json"));
      return { folder, imports: JSON.parse(text).imports ?? {} };
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    if (folder === dirname(folder)) return { folder: start, imports: {} };
  }
}
