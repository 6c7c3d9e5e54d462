import { runCli } from "./cli/run.ts";
import { openTerminal } from "./cli/terminal.ts";

if (import.meta.main) Deno.exit(await runCli(Deno.args, openTerminal()));
