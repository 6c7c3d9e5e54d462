import { posix } from "node:path";
import type { ImportFact } from "./source_facts.ts";
import type { SourceFile } from "./source_files.ts";

/** Something that a rule forbids, and where. */
export interface Offence {
  line: number;
  why: string;
}

/** A rule of the project's structure. */
export interface ArchitectureRule {
  /** Completes "The project: …". */
  sentence: string;
  /** The offences of one file. */
  find(file: SourceFile): Offence[];
  /** Sources that break it, and the line that does. */
  broken: { path: string; text: string; line: number }[];
  /** Sources that come close and do not break it. */
  kept: { path: string; text: string }[];
}

/** Whether a file is a source of core. */
export function isCore(file: SourceFile): boolean {
  return file.path.startsWith("core/") && isSource(file.path);
}

/** Whether a path is a source's. */
export function isSource(path: string): boolean {
  return /\.tsx?$/.test(path);
}

/** Whether a path is that of an island, which runs in a browser. */
export function isIsland(path: string): boolean {
  return isSource(path) && /^(islands\/|routes\/(.*\/)?\(_islands\)\/)/.test(path);
}

/** The uses of these names, each as an offence. */
export function usesOf(file: SourceFile, names: readonly string[], why: string): Offence[] {
  return file.facts().uses
    .filter(({ name }) => names.includes(name))
    .map(({ name, line }) => ({ line, why: `"${name}" ${why}` }));
}

/** The imports that are forbidden, each as an offence. */
export function importsOf(
  file: SourceFile,
  isForbidden: (fact: ImportFact) => boolean,
  why: string,
): Offence[] {
  return file.facts().imports
    .filter(isForbidden)
    .map(({ specifier, line }) => ({ line, why: `"${specifier}": ${why}` }));
}

/** The path of an imported file of the project; `null` for a package. */
export function targetOf(file: SourceFile, { specifier }: ImportFact): string | null {
  if (!specifier.startsWith(".")) return null;
  return posix.join(posix.dirname(file.path), specifier);
}
