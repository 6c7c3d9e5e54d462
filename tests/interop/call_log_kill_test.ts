import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { rebuildRollups } from "../../core/analytics/rebuild_rollups.ts";
import { registerServer } from "../../core/servers/register_server.ts";
import type { Services } from "../../core/services.ts";
import { createToken } from "../../core/tokens/create_token.ts";
import { createWorkspace } from "../../core/workspaces/create_workspace.ts";
import { installServer } from "../../core/workspaces/install_server.ts";
import { bareServices } from "../_support/bare_services.ts";
import { type RunningProcess, startProcess } from "../_support/child_process.ts";
import { AN_ADMIN } from "../_support/core.ts";
import { temporaryDataDir } from "../_support/gateway.ts";
import { startRawUpstream } from "../_support/raw_upstreams.ts";
import { randomFrom } from "../_support/turns.ts";

const OPTIONS = { sanitizeOps: false, sanitizeResources: false };

const SCRIPT = fileURLToPath(import.meta.resolve("../_support/bare_gateway.ts"));
const SEED = 20_261_127;
const ROUNDS = 50;
const PROCESSES = 3;
const SPARES = 2;
const MEMBERS = 4;
/** How many calls each member has under way at each process. */
const LANES = 2;
/** A process is killed within so long of the beginning of its round. */
const WINDOW_MS = 250;

Deno.test(
  "no call whose answer arrived is missing, and none is twice, however often processes are killed",
  OPTIONS,
  async () => {
    await using folder = await temporaryDataDir();
    const path = `${folder.path}/kv.sqlite3`;
    await using upstream = startRawUpstream("modern, JSON", () => {
      return '{"resultType":"complete","contents":[]}';
    });
    const tokens = await prepared(path, upstream.url);
    await using stack = new AsyncDisposableStack();
    const start = async () => {
      const args = ["run", "-A", "--no-check", SCRIPT, path];
      return stack.use(await startProcess({ args, ready: /ready on (http:\S+)/ }));
    };
    const processes = await Promise.all(Array.from({ length: PROCESSES }, start));
    // The next ones start while those before them are used.
    const spares = Array.from({ length: SPARES }, start);

    const load = new Load(processes, tokens);
    const running = load.run();
    const random = randomFrom(SEED);
    for (let round = 0; round < ROUNDS; round++) {
      const at = Math.floor(random() * PROCESSES);
      await new Promise((resolve) => setTimeout(resolve, random() * WINDOW_MS));
      await processes[at].end("SIGKILL");
      spares.push(start());
      processes[at] = await (spares.shift() ?? assert.fail());
    }
    await Promise.all(spares);
    load.stop();
    await running;
    await stack.disposeAsync();

    const services = await bareServices(path);
    const recorded = await recordedIn(services);
    const report = await recount(services);
    await services.close();
    const missing = [...load.answered].filter((uri) => !recorded.has(uri));
    const twice = [...recorded].filter(([, times]) => times > 1).map(([uri]) => uri);
    assert.deepEqual(missing, []);
    assert.deepEqual(twice, []);
    assert.deepEqual([report.ok, report.calls], [true, recorded.size]);
    assert.ok(load.answered.size > ROUNDS * 10, `only ${load.answered.size} calls were answered`);
    assert.ok(load.lost > 0, "no kill hit a call");
    console.log(
      `${load.answered.size} calls were answered and ${load.lost} lost over ${ROUNDS} kills of ` +
        `${PROCESSES} processes; ${recorded.size} are on the record; seed ${SEED}`,
    );
  },
);

/** Members who call one thing after the other, each of which has a name of its own. */
class Load {
  readonly #processes: readonly RunningProcess[];
  readonly #tokens: readonly string[];
  readonly answered = new Set<string>();
  /** Calls whose process was killed before they were answered. */
  lost = 0;
  #isStopped = false;
  #count = 0;

  constructor(processes: readonly RunningProcess[], tokens: readonly string[]) {
    this.#processes = processes;
    this.#tokens = tokens;
  }

  async run(): Promise<void> {
    const lanes = this.#processes.keys().flatMap((process) =>
      this.#tokens.flatMap((token) => Array.from({ length: LANES }, () => ({ process, token })))
    );
    await Promise.all([...lanes].map(async ({ process, token }) => {
      while (!this.#isStopped) await this.#call(process, token);
    }));
  }

  stop(): void {
    this.#isStopped = true;
  }

  async #call(process: number, token: string): Promise<void> {
    const uri = `memo:${this.#count++}`;
    try {
      const response = await fetch(`${this.#processes[process].ready[1]}/ws/team/sse`, {
        method: "POST",
        headers: {
          "authorization": `Bearer ${token}`,
          "content-type": "application/json",
          "accept": "application/json, text/event-stream",
          "mcp-protocol-version": "2026-07-28",
          "mcp-method": "resources/read",
          "mcp-name": `${uri}#~notes`,
        },
        body: bodyOf(`${uri}#~notes`),
      });
      const text = await response.text();
      assert.match(text, /"result":\{/);
      this.answered.add(uri);
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error;
      this.lost++;
      // Until the next process is there.
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

function bodyOf(uri: string): string {
  const _meta = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": { name: "load", version: "1" },
    "io.modelcontextprotocol/clientCapabilities": {},
  };
  const params = { uri, _meta };
  return JSON.stringify({ jsonrpc: "2.0", id: 1, method: "resources/read", params });
}

/** A store with one server and one workspace, and a token for each member. */
async function prepared(path: string, url: string): Promise<string[]> {
  const services = await bareServices(path);
  await createWorkspace(services, AN_ADMIN, { slug: "team" });
  await registerServer(services, AN_ADMIN, { slug: "notes", name: "notes", url });
  await installServer(services, AN_ADMIN, { workspace: "team", server: "notes" });
  const tokens: string[] = [];
  for (let at = 0; at < MEMBERS; at++) {
    const { token } = await createToken(services, AN_ADMIN, "team", { name: `Member ${at}` });
    tokens.push(token);
  }
  await services.close();
  return tokens;
}

/** How often each thing is on the record. */
async function recordedIn({ workspaces, callQueries }: Services): Promise<Map<string, number>> {
  const team = await workspaces.findBySlug("team") ?? assert.fail();
  const times = new Map<string, number>();
  for await (const { calls } of callQueries.forward(team.id, { after: null, upTo: null })) {
    for (const { tool } of calls) times.set(tool, (times.get(tool) ?? 0) + 1);
  }
  return times;
}

/** Whether what was counted while processes were killed is what the log says. */
async function recount(services: Services) {
  const { rollups, now } = services;
  const team = await services.workspaces.findBySlug("team") ?? assert.fail();
  await rollups.roller.rollAll(team.id);
  const deps = { ...services, ...rollups, now };
  return await rebuildRollups(deps, AN_ADMIN, "team", { repair: false });
}
