import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import type { AnalyticsReport } from "../../core/analytics/report.ts";
import type { RecountReport } from "../../core/analytics/recount.ts";
import type { CallView } from "../../core/calls/call.ts";
import { eventually } from "../_support/eventually.ts";
import { ADMIN_TOKEN, openWorkspace, type RunningGateway } from "../_support/gateway.ts";
import { startGatewayPair } from "../_support/gateway_pair.ts";
import { startBothEras } from "../_support/modern_upstreams.ts";
import { parsePrometheusText } from "../_support/prometheus_text.ts";
import { askModern } from "../_support/raw_mcp.ts";

const OPTIONS = { sanitizeOps: false, sanitizeResources: false };

const CLI = fileURLToPath(new URL("../../cli.ts", import.meta.url));

/** The real command, which speaks to one of the processes. */
function command({ origin }: RunningGateway, ...args: string[]): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", CLI, ...args, "--workspace", "team"],
    env: { AEROSTACK_URL: origin, AEROSTACK_TOKEN: ADMIN_TOKEN },
    stdout: "piped",
    stderr: "null",
  });
}

async function said(gateway: RunningGateway, ...args: string[]): Promise<string> {
  const { code, stdout } = await command(gateway, ...args).output();
  assert.equal(code, 0, args.join(" "));
  return new TextDecoder().decode(stdout);
}

Deno.test(
  "what any process records, another one follows, exports, reports and adds up",
  OPTIONS,
  async () => {
    await using upstream = startBothEras();
    await using pair = await startGatewayPair();
    const { a, b } = pair;
    const { token } = await openWorkspace(a, { files: upstream });
    const call = async ({ origin }: RunningGateway, tool: string) => {
      const target = { url: `${origin}/ws/team/sse`, token };
      await askModern(target, "tools/call", { name: tool, arguments: { text: "hello" } });
    };

    const tail = command(b, "calls", "tail", "--json").spawn();
    const followed: CallView[] = [];
    const following = (async () => {
      let rest = "";
      for await (const text of tail.stdout.pipeThrough(new TextDecoderStream())) {
        const lines = (rest + text).split("\n");
        rest = lines.pop() ?? "";
        followed.push(...lines.map((line) => JSON.parse(line)));
      }
    })();
    await eventually("the tail follows", async () => {
      await call(a, "files__echo");
      return followed.length > 0;
    });
    for (let round = 0; round < 5; round++) {
      await call(a, "files__echo");
      await call(b, "nowhere__x");
    }
    await a.process.end("SIGKILL");
    await call(b, "files__echo");

    const exported = (await said(b, "calls", "export")).trimEnd().split("\n")
      .map((line) => JSON.parse(line));
    const { end } = exported.pop();
    const report: AnalyticsReport = JSON.parse(
      await said(b, "analytics", "--by", "outcome", "--json"),
    );
    const recount: RecountReport = JSON.parse(
      await said(b, "analytics", "rebuild", "--check", "--json"),
    );
    const first = exported.findIndex(({ id }) => id === followed[0].id);
    await eventually("all is followed", () => followed.length >= exported.length - first);
    tail.kill("SIGKILL");
    await following;
    const behind = await eventually("what is behind was looked up", async () => {
      const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
      const text = await (await fetch(`${b.origin}/metrics`, { headers })).text();
      return parsePrometheusText(text).get("aerostack_rollups_behind_seconds")?.samples[0];
    });

    assert.deepEqual(followed, exported.slice(first));
    const outcomes = Object.groupBy(exported, ({ outcome }) => outcome);
    assert.equal(outcomes.refused?.length, 5);
    assert.deepEqual([end.calls, report.total.calls], [exported.length, exported.length]);
    assert.deepEqual(
      report.items.map(({ outcome, calls }) => [outcome, calls]).sort(),
      [["ok", exported.length - 5], ["refused", 5]],
    );
    assert.deepEqual([recount.ok, recount.calls], [true, exported.length]);
    assert.equal(behind.value, 0);
  },
);
