import { fileURLToPath } from "node:url";
import settings from "../../deno.json" with { type: "json" };
import { ownEnvironment } from "./stage.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** What a run of the command needs besides its words. */
export interface CommandOptions {
  gatewayUrl: string;
  adminToken: string;
  /** Given on the standard input, and not shown. */
  stdin?: string;
  /** Whether the command line and its output are left out of the demo's output. */
  quiet?: boolean;
}

/**
 * Runs the ordinary command as a process of its own and shows both it and what
 * it printed. Gives its output; throws when it fails.
 */
export async function aerostack(
  words: readonly string[],
  { gatewayUrl, adminToken, stdin = "", quiet = false }: CommandOptions,
): Promise<string> {
  const line = `aerostack ${words.map(quoted).join(" ")}`;
  if (!quiet) console.log(`\n  $ ${line}`);

  const child = new Deno.Command(Deno.execPath(), {
    args: [...settings.tasks.aerostack.split(" ").slice(1), ...words],
    cwd: ROOT,
    clearEnv: true,
    env: { ...ownEnvironment(), AEROSTACK_URL: gatewayUrl, AEROSTACK_TOKEN: adminToken },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(stdin)).catch(() => {});
  await writer.close().catch(() => {});

  const { code, stdout, stderr } = await child.output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes).trimEnd());
  if (!quiet) {
    console.log([out, err].filter((text) => text !== "").join("\n").replace(/^(?=.)/gm, "  "));
  }
  if (code !== 0) throw new Error(`${line} ended with ${code}: ${err}`);
  return out ?? "";
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : JSON.stringify(word);
}
