import { fileURLToPath } from "node:url";
import { readFacts, type SourceFacts } from "./source_facts.ts";

/** A file of the project, with its path from the project's root. */
export interface SourceFile {
  path: string;
  text: string;
  /** What the source says; only for `.ts` and `.tsx`. */
  facts(): SourceFacts;
}

const ROOT = new URL("../../", import.meta.url);

/** What is made by tools, or is no text. */
const SKIPPED_FOLDERS = new Set([".git", "node_modules", "_fresh", "data", "dist", "coverage"]);
const TEXT =
  /(^|\/)([^/.]+|[^/]+\.(ts|tsx|js|mjs|json|jsonc|lock|md|css|svg|html|yml|yaml|toml|sh))$/;

/** A source as if it stood at this path. */
export function sourceFile(path: string, text: string): SourceFile {
  let facts: SourceFacts | null = null;
  return { path, text, facts: () => facts ??= readFacts(path, text) };
}

/** Every text file of the project. */
export function projectFiles(): SourceFile[] {
  return [...pathsBelow("")]
    .filter((path) => TEXT.test(path))
    .sort()
    .map((path) => sourceFile(path, Deno.readTextFileSync(new URL(encodeURI(path), ROOT))));
}

function* pathsBelow(folder: string): Generator<string> {
  for (const entry of Deno.readDirSync(fileURLToPath(new URL(encodeURI(folder), ROOT)))) {
    const path = `${folder}${entry.name}`;
    if (entry.isFile) yield path;
    if (entry.isDirectory && !SKIPPED_FOLDERS.has(entry.name)) yield* pathsBelow(`${path}/`);
  }
}
