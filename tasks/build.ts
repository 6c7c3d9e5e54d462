import { createHash } from "node:crypto";
import { join, relative } from "node:path";

const ROOT = join(import.meta.dirname ?? ".", "..");

/** What goes into a build: whatever else changes, the build stays as it is. */
const SOURCES = [
  "compat",
  "core",
  "create_app.ts",
  "define.ts",
  "deno.json",
  "deno.lock",
  "fresh.config.ts",
  "islands",
  "main.ts",
  "routes",
  "static",
  "stop_on_signal.ts",
  "store_location.ts",
];

/** Where the hash of the sources is kept that the build was made from. */
const STAMP = join("_fresh", "sources.sha256");

/** Who builds holds it. */
const LOCK = join("_fresh", "build.lock");

/**
 * Builds the app into `_fresh/`, unless it was built from the very same sources.
 *
 * Resolves with whether it built. Throws if the build fails; what it has printed by then says why.
 */
export async function buildIfStale(root: string = ROOT): Promise<boolean> {
  const hash = await hashSources(root);
  const isBuilt = async () => await readIfThere(join(root, STAMP)) === hash;
  if (await isBuilt()) return false;

  // Of several processes that start at once, one builds, and the others wait for it.
  await Deno.mkdir(join(root, "_fresh"), { recursive: true });
  using lock = await Deno.open(join(root, LOCK), { write: true, create: true });
  await lock.lock(true);
  if (await isBuilt()) return false;
  await build(root, hash);
  return true;
}

async function build(root: string, hash: string): Promise<void> {
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "fresh.config.ts", "build"],
    cwd: root,
    stdin: "null",
    stdout: "inherit",
    stderr: "inherit",
  }).output();
  if (!success) throw new Error("Cannot build the app: see above");

  await Deno.writeTextFile(join(root, STAMP), hash);
}

async function hashSources(root: string): Promise<string> {
  const hash = createHash("sha256").update(`deno ${Deno.version.deno}\n`);
  for (const source of SOURCES) {
    for await (const path of filesAt(join(root, source))) {
      const content = await Deno.readFile(path);
      hash.update(`${relative(root, path)} ${content.byteLength}\n`).update(content);
    }
  }
  return hash.digest("hex");
}

/** The files at a path, in an order that never changes; none if nothing is there. */
async function* filesAt(path: string): AsyncGenerator<string> {
  let names: string[];
  try {
    const info = await Deno.stat(path);
    if (info.isFile) yield path;
    if (!info.isDirectory) return;
    names = await Array.fromAsync(Deno.readDir(path), (entry) => entry.name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  for (const name of names.sort()) {
    if (name !== "_fresh" && name !== "node_modules") yield* filesAt(join(path, name));
  }
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

if (import.meta.main) await build(ROOT, await hashSources(ROOT));
