import { NPM_PROGRAMS } from "./npm_programs.ts";
import type { CalledTool, ClientTarget, ListedTool, TestClient } from "./client.ts";

const INSPECTOR = NPM_PROGRAMS.inspector;
const LIVE_CLONES = import.meta.resolve("./fetch_with_live_clones.ts");

/** How the Inspector's command line is told to speak. */
export interface InspectorMode {
  transport: "http" | "sse";
  era: "legacy" | "modern";
}

/** The Inspector's command line; every request is a process of its own. */
export function inspector(mode: InspectorMode, target: ClientTarget): TestClient {
  return {
    async listTools() {
      const { tools } = await run(mode, target, ["--method", "tools/list"]);
      return tools as ListedTool[];
    },
    async callTool(name, args = {}) {
      const call = ["--tool-name", name, "--tool-args-json", JSON.stringify(args)];
      return await run(mode, target, ["--method", "tools/call", ...call]) as CalledTool;
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

async function run(
  mode: InspectorMode,
  { url, token }: ClientTarget,
  request: readonly string[],
): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--no-config", "--no-lock", "-A", "--preload", LIVE_CLONES],
      ...[INSPECTOR, "--cli", url],
      ...["--transport", mode.transport, "--protocol-era", mode.era],
      ...["--header", `Authorization: Bearer ${token}`, "--stored-auth-only", "--quiet"],
      ...request,
    ],
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();

  // Code 5 is a tool that said it failed; its result is printed all the same.
  const printed = new TextDecoder().decode(stdout);
  if (code !== 0 && !printed.startsWith("{")) {
    throw new Error(`The Inspector ended with ${code}: ${new TextDecoder().decode(stderr)}`);
  }
  return JSON.parse(printed);
}
