import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../routes/", import.meta.url));

/** A route file and the pattern that it answers at. */
export interface RouteFile {
  file: string;
  pattern: string;
}

/** Every file in `routes/` that answers requests, as Fresh finds them. */
export async function routeFiles(): Promise<RouteFile[]> {
  const files = await Array.fromAsync(filesBelow(""));
  return files
    .filter((file) => /\.tsx?$/.test(file))
    .filter((file) => !/(^|\/)(_|\(_)/.test(file))
    .map((file) => ({ file, pattern: patternOf(file) }));
}

async function* filesBelow(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(ROOT + folder)) {
    if (isDirectory) yield* filesBelow(`${folder}${name}/`);
    if (!isDirectory) yield folder + name;
  }
}

/** `(pages)/auth/link/[code].tsx` as `/auth/link/:code`; groups are in no address. */
function patternOf(file: string): string {
  const parts = file.replace(/\.tsx?$/, "").split("/").filter((part) => !/^\(.*\)$/.test(part));
  const path = parts.filter((part, index) => part !== "index" || index < parts.length - 1)
    .map((part) => part.replace(/^\[\.\.\.(\w+)\]$/, ":$1*").replace(/^\[(\w+)\]$/, ":$1"));
  return `/${path.join("/")}`;
}
