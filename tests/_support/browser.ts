import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";

/** A running browser; it is closed when it goes out of scope. */
export interface RunningBrowser extends AsyncDisposable {
  readonly browser: Browser;
  /** Opens a page with cookies of its own; errors in it are collected in `errors`. */
  open(url: string): Promise<OpenPage>;
}

/** A page and what went wrong in it. */
export interface OpenPage {
  readonly page: Page;
  /** Uncaught errors, and whatever the page wrote to the console as an error. */
  readonly errors: readonly string[];
}

/** It speaks to nobody but the pages' own servers. */
const ARGS = [
  "--no-sandbox",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-default-apps",
  "--disable-domain-reliability",
  "--disable-sync",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--no-first-run",
  "--no-pings",
  "--metrics-recording-only",
];

/**
 * Starts a browser: the one at `CHROME_PATH`, or else the one of an npm package. `hosts` says
 * to which addresses names lead there.
 */
export async function launch(
  { hosts = {} }: { hosts?: Record<string, string> } = {},
): Promise<RunningBrowser> {
  const executablePath = Deno.env.get("CHROME_PATH") ?? await unpackChromium();
  const rules = Object.entries(hosts).map(([name, address]) => `MAP ${name} ${address}`).join();
  const args = rules === "" ? ARGS : [...ARGS, `--host-resolver-rules=${rules}`];
  const browser = await chromium.launch({ executablePath, args, headless: true });

  async function open(url: string): Promise<OpenPage> {
    const context = await browser.newContext();
    const page = await context.newPage();
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") errors.push(message.text());
    });
    await page.goto(url, { waitUntil: "load" });
    return { page, errors };
  }

  return { browser, open, [Symbol.asyncDispose]: () => browser.close() };
}

async function unpackChromium(): Promise<string> {
  const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--config", here("chromium/deno.json"), here("chromium/unpack.ts")],
  }).output();

  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
  if (!success) throw new Error(`Cannot unpack Chromium: ${decode(stderr)}`);
  return decode(stdout).split("\n").at(-1) ?? "";
}
