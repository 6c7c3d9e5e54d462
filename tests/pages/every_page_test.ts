import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { gzipSync } from "node:zlib";
import type { Page } from "playwright-core";
import { launch } from "../_support/browser.ts";
import { dashboardPages } from "../_support/dashboard_pages.ts";
import { dashboardWorld } from "../_support/dashboard_world.ts";
import { visit } from "../_support/visiting.ts";

/** The browser is a process of its own, which ends after the test. */
const OPTIONS = { sanitizeOps: false, sanitizeResources: false };

/** All scripts of a page, compressed. */
const MAX_SCRIPT_BYTES = 60 * 1024;

const AXE = await Deno.readTextFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"));

Deno.test("every page, in a browser", OPTIONS, async (t) => {
  await using world = await dashboardWorld({ days: 8 });
  await using browser = await launch();
  const { origin } = world.app;
  const pages = dashboardPages(world);

  for (const as of ["owner", "member", "nobody"] as const) {
    const context = await visit(browser, world, as);
    for (const { path, status } of pages.filter((page) => page.as === as)) {
      await t.step(`${path} runs without an error and with few scripts`, async (t) => {
        const page = await context.newPage();
        await runsWell(page, origin + path, status);

        await t.step("axe finds no fault in light and dark", () => findsNoFault(page));
        await t.step("the keyboard reaches all of it, and one sees where", () => isReached(page));
        await t.step("it is not wider than its window", () => fitsItsWindow(page));
        await page.close();
      });
    }
    await context.close();

    const plain = await visit(browser, world, as, { hasScripts: false });
    await t.step(`without scripts it is all there, for ${as}`, async () => {
      const page = await plain.newPage();
      for (const { path, status } of pages.filter((page) => page.as === as)) {
        const answer = await page.goto(origin + path);
        assert.equal(answer?.status(), status, path);
        assert.equal(await page.locator("h1").count(), 1, path);
      }
    });
    await plain.close();
  }
});

async function runsWell(page: Page, url: string, status: number): Promise<void> {
  const errors: string[] = [];
  const scripts = new Map<string, Promise<number>>();
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => {
    const isStatus = status !== 200 && message.text().includes(`a status of ${status} `);
    if (message.type() === "error" && !isStatus) errors.push(message.text());
  });
  page.on("response", (response) => {
    if (!new URL(response.url()).pathname.endsWith(".js")) return;
    const bytes = response.body().then((body) => gzipSync(body).byteLength);
    scripts.set(response.url(), bytes);
  });

  const answer = await page.goto(url, { waitUntil: "load" });
  await page.waitForFunction(() => {
    const hasScripts = document.querySelector("script[type=module]") !== null;
    return !hasScripts || document.documentElement.dataset.scripts !== undefined;
  });

  assert.equal(answer?.status(), status);
  assert.deepEqual(errors, []);
  const sizes = await Promise.all(scripts.values());
  const sizeBytes = sizes.reduce((sum, size) => sum + size, 0);
  assert.ok(sizeBytes <= MAX_SCRIPT_BYTES, `${sizeBytes} bytes of scripts`);
}

async function findsNoFault(page: Page): Promise<void> {
  await page.evaluate(AXE);
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    assert.deepEqual(await page.evaluate(faults), [], colorScheme);
  }
}

async function isReached(page: Page): Promise<void> {
  const wanted = await page.evaluate(markReachable);
  const seen = new Set<string>();
  const unseen: string[] = [];
  for (let presses = 0; presses < wanted * 2 + 10 && seen.size < wanted; presses++) {
    await page.keyboard.press("Tab");
    const { mark, isShown, html } = await page.evaluate(focused);
    if (mark !== null && !isShown) unseen.push(html);
    if (mark !== null) seen.add(mark);
  }
  assert.deepEqual(await page.evaluate(unreached, [...seen]), [], "not reached");
  assert.deepEqual(unseen, [], "no sign of the focus");
}

async function fitsItsWindow(page: Page): Promise<void> {
  for (const width of [390, 901, 1280, 1920]) {
    await page.setViewportSize({ width, height: 900 });
    assert.equal(await page.evaluate(overflow), 0, `pixels too wide at ${width}`);
  }
  await page.setViewportSize({ width: 1280, height: 900 });
}

// What follows runs in the browser.

/** What axe finds, each with the elements that it is about. */
async function faults(): Promise<string[]> {
  const { axe } = globalThis as unknown as {
    axe: {
      run(options: { resultTypes: string[] }): Promise<{
        violations: { id: string; nodes: { html: string }[] }[];
      }>;
    };
  };
  // It looks at everything all the same, and describes only what is at fault.
  const { violations } = await axe.run({ resultTypes: ["violations"] });
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`);
}

/** Numbers everything that can be used, and gives how many there are. */
function markReachable(): number {
  const all = document.querySelectorAll<HTMLElement>(
    "a[href], button, input, select, textarea, summary, [role=button], [onclick]",
  );
  const usable = [...all].filter((element) => {
    const isOff = "disabled" in element && element.disabled === true;
    const isHidden = element.getAttribute("type") === "hidden" || element.tabIndex < 0 ||
      !element.checkVisibility({ visibilityProperty: true });
    return !isOff && !isHidden;
  });
  usable.forEach((element, at) => element.dataset.mark = String(at));
  return usable.length;
}

/** What has the focus, and whether one can see that it has. */
function focused(): { mark: string | null; isShown: boolean; html: string } {
  const element = document.activeElement;
  if (!(element instanceof HTMLElement)) return { mark: null, isShown: false, html: "" };
  const { outlineStyle, boxShadow } = getComputedStyle(element);
  const isShown = outlineStyle !== "none" || boxShadow !== "none";
  return { mark: element.dataset.mark ?? null, isShown, html: element.outerHTML.slice(0, 200) };
}

/** What the keyboard did not come to. */
function unreached(seen: string[]): string[] {
  return [...document.querySelectorAll<HTMLElement>("[data-mark]")]
    .filter(({ dataset }) => !seen.includes(dataset.mark ?? ""))
    .map((element) => element.outerHTML.slice(0, 200));
}

function overflow(): number {
  const { scrollWidth, clientWidth } = document.documentElement;
  return scrollWidth - clientWidth;
}
