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
  const hash = hashSources(root);
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

/** Every start waits for this, and a thousand small files are read the quickest one by one. */
function hashSources(root: string): string {
  const hash = createHash("sha256").update(`deno ${Deno.version.deno}\n`);
  for (const source of SOURCES) {
    for (const path of filesAt(join(root, source))) {
      const content = Deno.readFileSync(path);
      hash.update(`${relative(root, path)} ${content.byteLength}\n`).update(content);
    }
  }
  return hash.digest("hex");
}

/** The files at a path, in an order that never changes; none if nothing is there. */
function* filesAt(path: string): Generator<string> {
  const info = statIfThere(path);
  if (info?.isFile) yield path;
  if (info?.isDirectory) yield* filesBelow(path);
}

function* filesBelow(folder: string): Generator<string> {
  const entries = [...Deno.readDirSync(folder)].sort((a, b) => a.name < b.name ? -1 : 1);
  for (const entry of entries) {
    const { name } = entry;
    if (name === "_fresh" || name === "node_modules") continue;
    const path = join(folder, name);
    if (entry.isDirectory) yield* filesBelow(path);
    else if (entry.isFile) yield path;
    // A link is what it leads to.
    else yield* filesAt(path);
  }
}

function statIfThere(path: string): Deno.FileInfo | null {
  try {
    return Deno.statSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
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

if (import.meta.main) await build(ROOT, hashSources(ROOT));
