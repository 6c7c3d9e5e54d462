/**
 * Builds the app and downloads everything that tests start as programs of their own, so
 * that none of them has to reach the network, or says that it does, while it is tested.
 */
import { fileURLToPath } from "node:url";
import { NPM_PROGRAMS } from "../tests/_support/npm_programs.ts";
import { runNpmProgram } from "../tests/_support/npm_run.ts";
import { buildIfStale } from "./build.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const CHROMIUM = "tests/_support/chromium";

const DOWNLOADS = [
  ["cli.ts", "main.ts", "tasks/start.ts", "tasks/demo.ts", "examples/notes_server.ts"],
  ["--no-config", "--no-lock", ...Object.values(NPM_PROGRAMS)],
  ["--config", `${CHROMIUM}/deno.json`, `${CHROMIUM}/unpack.ts`],
];

for (const args of DOWNLOADS) await download(args);
// An older Deno writes the lock file in its own way while it downloads; a build is of that file.
await buildIfStale(ROOT);
// Deno 2.9 can stop while it looks at this one's packages for the first time; not again.
await runNpmProgram(NPM_PROGRAMS.conformance, { args: ["--version"] });

async function download(args: readonly string[]): Promise<void> {
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["cache", "--quiet", ...args],
    cwd: ROOT,
  }).output();
  if (code === 0) return;
  console.error(`Cannot download what tests start: deno cache ${args.join(" ")}`);
  Deno.exit(1);
}
