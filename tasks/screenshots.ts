/**
 * Takes a picture of every page of the dashboard, narrow, usual and wide, light and dark:
 *
 *     deno task screenshots [folder] [--only=servers] [--widths=390,1280]
 *
 * With `--readme` the four of the README are taken instead, as much of each as a window shows.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { BrowserContext } from "playwright-core";
import { launch } from "../tests/_support/browser.ts";
import { dashboardPages, type ShownPage } from "../tests/_support/dashboard_pages.ts";
import { dashboardWorld } from "../tests/_support/dashboard_world.ts";
import { visit } from "../tests/_support/visiting.ts";

const { values, positionals } = parseArgs({
  args: Deno.args,
  allowPositionals: true,
  options: {
    only: { type: "string", default: "" },
    widths: { type: "string", default: "390,1280,1920" },
    schemes: { type: "string", default: "light,dark" },
    readme: { type: "boolean", default: false },
  },
});
/** Which pages stand in the README, and how. */
const README = [
  ["overview", "/", "light"],
  ["analytics", "/analytics?period=30d", "dark"],
  ["tools", "/servers/issues", "light"],
  ["connect", "/workspaces/backend/connect", "light"],
] as const;

const folder = positionals[0] ?? "screenshots";
const widths = values.widths.split(",").map(Number);
const schemes = values.schemes.split(",").map((name) => name === "dark" ? "dark" : "light");

await Deno.mkdir(folder, { recursive: true });
await using world = await dashboardWorld();
await using running = await launch();
if (values.readme) {
  await takeForReadme();
  Deno.exit(0);
}
const pages = dashboardPages(world).filter(({ name }) => name.includes(values.only));
let taken = 0;
for (const scheme of schemes) {
  for (const width of widths) taken += await takeAll(scheme, width);
}
console.log(`${taken} pictures of ${pages.length} pages in ${folder}`);

/** The best four, for the front page. */
async function takeForReadme(): Promise<void> {
  const context = await visit(running, world, "owner", { width: 1280 });
  for (const [file, path, colorScheme] of README) {
    const page = await context.newPage();
    await page.emulateMedia({ colorScheme });
    await page.goto(world.app.origin + path, { waitUntil: "load" });
    await page.screenshot({ path: join("docs", "images", `${file}.png`) });
    await page.close();
  }
}

async function takeAll(scheme: "light" | "dark", width: number) {
  const shots = pages.map((page) => ({
    ...page,
    file: join(folder, `${page.name}-${width}-${scheme}.png`),
  }));
  for (const as of ["owner", "member", "nobody"] as const) {
    const own = shots.filter((shot) => shot.as === as);
    if (own.length === 0) continue;
    const context = await visit(running, world, as, { scheme, width });
    for (const shot of own) await take(context, shot);
    await context.close();
  }
  return shots.length;
}

async function take(context: BrowserContext, { path, file, status }: ShownPage & { file: string }) {
  const page = await context.newPage();
  const response = await page.goto(world.app.origin + path, { waitUntil: "load" });
  const answered = response?.status() ?? 0;
  if (answered !== status) console.error(`${path} answered ${answered}, not ${status}`);
  await page.screenshot({ path: file, fullPage: true });
  await page.close();
}
