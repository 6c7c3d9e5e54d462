import process from "node:process";
import { fileURLToPath } from "node:url";
import { Builder } from "fresh/dev";
import { newTokenId } from "../core/ids.ts";
import type { Services } from "../core/services.ts";
import { createApp } from "../create_app.ts";
import type { State } from "../define.ts";
import { PAGE_RULES } from "../routes/(pages)/(_http)/page_rules.ts";
import { AN_ADMIN } from "../tests/_support/core.ts";
import { someCall } from "../tests/calls/_support.ts";
import { LARGE, openCompany } from "./large_company.ts";

/** A page answers within this, at the median. */
const BAR_MS = 50;

/** How often each page is asked for, in turns with the others, unless `--rounds=` says it. */
const ROUNDS = 20;

/** After a call was recorded it is added up; nobody looks at a page in the same moment. */
const REST_MS = 100;

/** Pages that cost more than their plain address does. */
const MORE = [
  "/analytics?period=24h",
  "/analytics?period=30d",
  "/analytics?period=90d",
  "/analytics?period=30d&by=each",
  "/analytics?period=30d&member=m7@example.com",
  "/analytics?workspace=workspace-0&period=7d&timeZone=Asia/Kolkata",
  "/analytics?workspace=workspace-0&period=30d",
  "/analytics?workspace=workspace-0&period=90d",
  "/calls?workspace=workspace-0",
  "/calls?outcome=refused",
  "/calls?member=m7@example.com",
  "/servers?q=server-19",
  "/workspaces?q=workspace-19",
  "/members?q=member",
  "/audit?action=token.create",
];

/** A stream, and files that take as long as their log is. */
const NO_PAGES = ["/live", "/audit/export", "/calls/export"];

/** What a page says instead of figures that are not there yet. */
const BEING_COUNTED = "Being counted";

/** As who is asked within the process. */
const INFO = {
  remoteAddr: { transport: "tcp", hostname: "127.0.0.1", port: 50_000 },
  completed: Promise.resolve(),
} as const;

/** One page, and how long it took each time. */
interface Measured {
  path: string;
  status: number;
  coldMs: number;
  /** What the processors did for it, which does not grow when others keep them busy. */
  cpuMs: number[];
  inProcess: number[];
  loopback: number[];
}

/**
 * What the dashboard's pages cost with 200 servers, 200 workspaces, 5,000 tokens and a million
 * calls, of which one more is recorded before each page. `--store=<folder>` keeps the store, which
 * takes long to fill, for the next time. Gives 1 when a page is over the bar.
 *
 * A page is asked for when the process has done what the one before had it count in the background.
 * With `--busy` it is not: each shares the processor with the counting of many others.
 */
export async function benchPages(options: readonly string[]): Promise<number> {
  const folder = valueOf(options, "--store") ??
    await Deno.makeTempDir({ prefix: "aerostack_company_" });
  const services = await openCompany(folder, LARGE);
  const root = fileURLToPath(new URL("../", import.meta.url));
  const app = createApp(services);
  (await new Builder<State>({ root }).build({ snapshot: "memory" }))(app);
  const handle = app.handler();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, handle);
  services.boundTo(server.addr.port);
  const origin = `http://127.0.0.1:${server.addr.port}`;

  const ask = async (path: string, init: RequestInit, isLoopback: boolean) => {
    const request = new Request(new URL(path, origin), { redirect: "manual", ...init });
    const begin = performance.now();
    const response = isLoopback ? await fetch(request) : await handle(request, INFO);
    await response.text();
    return { response, ms: performance.now() - begin };
  };

  const code = await services.admins.sessions.createSignInLink(AN_ADMIN, services.now(), {
    name: "admin",
    role: "owner",
  });
  const signedIn = await ask(`/auth/link/${code}`, { method: "POST", headers: { origin } }, false);
  const cookie = signedIn.response.headers.get("set-cookie")?.split(";")[0] ?? "";
  const headers = { cookie };

  const measured: Measured[] = [];
  for (const path of await pathsOf(services)) {
    const { response, ms } = await ask(path, { headers }, false);
    console.log(`${path.padEnd(56)}${spoken(ms)} the first time`);
    measured.push({
      path,
      status: response.status,
      coldMs: ms,
      cpuMs: [],
      inProcess: [],
      loopback: [],
    });
  }
  const untilReady = performance.now();
  for (const page of measured) {
    const isCounting = async () => {
      const response = await handle(new Request(new URL(page.path, origin), { headers }), INFO);
      return (await response.text()).includes(BEING_COUNTED);
    };
    while (await isCounting()) await new Promise((resolve) => setTimeout(resolve, 500));
  }
  console.log(`All is counted after ${spoken(performance.now() - untilReady)} ms more.`);
  const rounds = Number(valueOf(options, "--rounds") ?? ROUNDS);
  const next = async () => {
    await recordOne(services);
    if (options.includes("--busy")) return;
    await services.recentReportsSettled();
    await new Promise((resolve) => setTimeout(resolve, REST_MS));
  };
  for (let round = 0; round < rounds; round++) {
    for (const page of measured) {
      await next();
      const before = process.cpuUsage();
      page.inProcess.push((await ask(page.path, { headers }, false)).ms);
      const { user, system } = process.cpuUsage(before);
      page.cpuMs.push((user + system) / 1_000);
      await next();
      page.loopback.push((await ask(page.path, { headers }, true)).ms);
    }
  }

  const isBroken = print(measured);
  await server.shutdown();
  await services.close();
  if (valueOf(options, "--store") === undefined) await Deno.remove(folder, { recursive: true });
  return isBroken ? 1 : 0;
}

/** Every page that an owner can open, and some questions. */
async function pathsOf(services: Services): Promise<string[]> {
  const workspace = await services.workspaces.findBySlug("workspace-0");
  if (workspace === null) throw new Error("Cannot bench pages: there is no workspace-0");
  const { items: [token] } = await services.tokens.list(workspace.id, { limit: 1, cursor: null });
  const { items: [call] } = await services.callQueries.list(workspace, { limit: 1, cursor: null });
  const values: Record<string, string> = {
    ":email": "m0@example.com",
    ":workspace": "workspace-0",
    ":token": token.id,
    ":call": call.id,
    ":server": "server-0",
  };

  const patterns = Object.entries(PAGE_RULES)
    .filter(([pattern, { GET }]) => {
      const isOurs = GET !== undefined && GET !== "member" && GET !== "anyone";
      return isOurs && !NO_PAGES.includes(pattern);
    })
    .map(([pattern]) => pattern);
  const paths = patterns.map((pattern) => {
    return pattern.replace(/^\/servers\/:slug/, "/servers/server-0")
      .replace(/^\/workspaces\/:slug/, "/workspaces/workspace-0")
      .replaceAll(/:\w+/g, (name) => values[name] ?? name);
  });
  const open = paths.filter((path) => !path.includes(":"));
  const left = paths.filter((path) => path.includes(":"));
  if (left.length > 0) console.log(`Left out, since there is none: ${left.join(", ")}`);
  const known = new Set(patterns.map((pattern) => pattern.split("?")[0]));
  return [...open, ...MORE.filter((path) => known.has(path.split("?")[0]))];
}

/** One more call of the busy workspace: nothing that is remembered is up to date then. */
async function recordOne({ workspaces, callLog, now }: Services): Promise<void> {
  const workspace = await workspaces.findBySlug("workspace-0");
  if (workspace === null) return;
  const at = now().toISOString();
  const of = { tokenId: newTokenId(), email: "m7@example.com", server: "server-0" };
  await callLog.record(workspace, someCall({ at, ...of, tool: "tool_1" }));
}

/** Prints what each page took; gives whether one is over the bar. */
function print(measured: readonly Measured[]): boolean {
  console.log(
    `\n${"page".padEnd(56)}${"first".padStart(9)}${"median".padStart(9)}${"p95".padStart(9)}` +
      `${"loopback".padStart(10)}${"p95".padStart(9)}${"cpu".padStart(9)}`,
  );
  let isBroken = false;
  for (const { path, status, coldMs, cpuMs, inProcess, loopback } of measured) {
    const median = quantile(inProcess, 0.5);
    const isOver = median > BAR_MS;
    if (isOver) isBroken = true;
    console.log(
      `${path.padEnd(56)}${spoken(coldMs)}${spoken(median)}${spoken(quantile(inProcess, 0.95))} ` +
        `${spoken(quantile(loopback, 0.5))}${spoken(quantile(loopback, 0.95))}` +
        spoken(quantile(cpuMs, 0.5)) +
        `${status === 200 ? "" : `  ${status}`}${isOver ? `  OVER ${BAR_MS} ms` : ""}`,
    );
  }
  console.log(isBroken ? "\nBROKEN" : `\nAll within ${BAR_MS} ms at the median.`);
  return isBroken;
}

function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;
}

function spoken(value: number): string {
  return value.toFixed(1).padStart(9);
}

function valueOf(options: readonly string[], name: string): string | undefined {
  return options.find((option) => option.startsWith(`${name}=`))?.slice(name.length + 1);
}
