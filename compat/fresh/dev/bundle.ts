import { createHash } from "node:crypto";
import { basename, extname, relative } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import { freeName } from "../snapshot.ts";
import type { ResolvedBuildConfig } from "./build_config.ts";
import { importRules } from "./deno_imports.ts";

/** The scripts of an app's islands. */
export interface Bundle {
  /** Every script by its name, seen from the folder of scripts. */
  files: Map<string, { content: Uint8Array<ArrayBuffer>; hash: string }>;
  /** The script of each island, by the island's path. */
  islands: Map<string, { moduleName: string; file: string }>;
}

/** The script that starts islands. */
export const CLIENT_ENTRY = "fresh-runtime.js";

/**
 * Bundles islands for the browser; what they share goes into files of its own.
 *
 * Esbuild is a process of its own. Called this way it has ended by the time that it answers, and
 * keeps nothing running.
 */
export async function bundle(config: ResolvedBuildConfig, islandPaths: string[]): Promise<Bundle> {
  const isDev = config.mode === "development";
  const client = isDev ? "client_dev.ts" : "client.ts";
  const runtime = new URL(`../runtime/${client}`, import.meta.url);
  const names = moduleNames(islandPaths);

  const result = esbuild.buildSync({
    absWorkingDir: config.root,
    entryPoints: {
      [stem(CLIENT_ENTRY)]: fileURLToPath(runtime),
      ...Object.fromEntries(names),
    },
    outdir: ".",
    write: false,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "browser",
    target: config.target,
    minify: !isDev,
    jsx: "automatic",
    jsxImportSource: "preact",
    sourcemap: isDev ? "linked" : config.sourceMap?.kind,
    sourceRoot: config.sourceMap?.sourceRoot,
    sourcesContent: config.sourceMap?.sourcesContent,
    define: { "process.env.NODE_ENV": JSON.stringify(config.mode) },
    logLevel: "warning",
    ...await importRules(config.root),
  });

  const files: Bundle["files"] = new Map();
  for (const { path, contents } of result.outputFiles) {
    const content = new Uint8Array(contents);
    const hash = createHash("sha256").update(content).digest("hex");
    files.set(relative(config.root, path), { content, hash });
  }
  const islands: Bundle["islands"] = new Map();
  for (const [moduleName, path] of names) {
    islands.set(path, { moduleName, file: `${moduleName}.js` });
  }
  return { files, islands };
}

function moduleNames(paths: string[]): [name: string, path: string][] {
  const taken = new Set<string>();
  return paths.map((path) => {
    const name = freeName(stem(path), taken);
    taken.add(name);
    return [name, path];
  });
}

function stem(path: string): string {
  return basename(path, extname(path));
}
