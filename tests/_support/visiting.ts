import type { BrowserContext } from "playwright-core";
import type { RunningBrowser } from "./browser.ts";
import type { ShownPage } from "./dashboard_pages.ts";
import type { DashboardWorld } from "./dashboard_world.ts";

/** How a visitor's window is. */
export interface Visiting {
  scheme?: "light" | "dark";
  width?: number;
  hasScripts?: boolean;
}

/** Opens a window of somebody for whom pages are: an owner, a member, or nobody in particular. */
export async function visit(
  { browser }: RunningBrowser,
  { app, tokens }: DashboardWorld,
  as: ShownPage["as"],
  { scheme = "light", width = 1280, hasScripts = true }: Visiting = {},
): Promise<BrowserContext> {
  const context = await browser.newContext({
    colorScheme: scheme,
    viewport: { width, height: width < 500 ? 844 : 900 },
    reducedMotion: "reduce",
    javaScriptEnabled: hasScripts,
  });
  const page = await context.newPage();
  if (as === "owner") {
    await page.goto(await app.signInLink());
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.waitForURL(`${app.origin}/`);
  }
  if (as === "member") {
    await page.goto(`${app.origin}/me`);
    await page.locator('input[name="token"]').fill(tokens.get("backend Alice")?.token ?? "");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("button", { name: "Sign out" }).waitFor();
  }
  await page.close();
  return context;
}
