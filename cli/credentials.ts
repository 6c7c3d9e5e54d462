import { join } from "node:path";
import { z } from "zod";
import { failure, wrongUsage } from "./cli_error.ts";
import type { Terminal } from "./terminal.ts";

/** Which gateway to speak to, and with what. */
export interface Account {
  /** Its origin, without a trailing slash. */
  url: string;
  token: string;
}

const Credentials = z.object({ url: z.string(), token: z.string().min(1) });

/**
 * The gateway and token that hold now: the environment's, else those of `login`.
 *
 * A stored token is only ever given to the gateway that it was stored for.
 */
export async function findAccount(terminal: Terminal): Promise<Account> {
  const url = envUrl(terminal);
  const envToken = text(terminal, "AEROSTACK_TOKEN");
  const token = envToken === undefined ? undefined : checkToken(envToken, "AEROSTACK_TOKEN");
  if (url !== undefined && token !== undefined) return { url, token };

  return pair(url, token, await readCredentials(terminal));
}

function pair(
  envUrl: string | undefined,
  envToken: string | undefined,
  stored: Account | null,
): Account {
  const url = envUrl ?? stored?.url;
  if (url === undefined) {
    throw failure(
      "no_gateway",
      "No gateway is named. Run aerostack login --url <url> --token <token>, " +
        "or set AEROSTACK_URL and AEROSTACK_TOKEN.",
    );
  }

  if (envToken !== undefined) return { url, token: envToken };
  if (stored?.url === url) return { url, token: stored.token };
  throw failure(
    "no_token",
    `There is no token for ${url}. Run aerostack login --url ${url} --token <token>, ` +
      "or set AEROSTACK_TOKEN.",
  );
}

/** The address that the environment names, if any. */
export function envUrl(terminal: Terminal): string | undefined {
  const value = text(terminal, "AEROSTACK_URL");
  return value === undefined ? undefined : checkGatewayUrl(value, "AEROSTACK_URL");
}

/** The origin of a gateway. Refuses a path, since every address is made from it. */
export function checkGatewayUrl(value: string, source: string): string {
  const url = URL.canParse(value) ? new URL(value) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw wrongUsage(`${source} is no web address; write one such as https://mcp.example.com.`);
  }

  const isOrigin = url.pathname === "/" && url.search === "" && url.hash === "" &&
    url.username === "" && url.password === "";
  if (isOrigin) return url.origin;
  throw wrongUsage(`${source} must be an origin without a path: ${url.origin}`);
}

/** A token that a header can carry; it is never repeated in an error. */
export function checkToken(value: string, source: string): string {
  const token = value.trim();
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw wrongUsage(`${source} is no token: copy it again, without spaces or line ends in it.`);
}

/** Stores what `login` verified, readable by its owner alone. */
export async function writeCredentials(terminal: Terminal, account: Account): Promise<string> {
  const path = credentialsPath(terminal);
  const draft = `${path}.${crypto.randomUUID()}`;

  await Deno.mkdir(configDir(terminal), { recursive: true, mode: 0o700 });
  try {
    await Deno.writeTextFile(draft, JSON.stringify(account, null, 2) + "\n", {
      createNew: true,
      mode: 0o600,
    });
    await Deno.rename(draft, path);
  } catch (error) {
    await Deno.remove(draft).catch(() => {});
    throw error;
  }
  return path;
}

/** Forgets what `login` stored. Gives the address, or `null` when there was nothing. */
export async function removeCredentials(terminal: Terminal): Promise<string | null> {
  const path = credentialsPath(terminal);
  const stored = await readText(path);
  if (stored === null) return null;

  await Deno.remove(path);
  return parse(stored)?.url ?? "";
}

async function readCredentials(terminal: Terminal): Promise<Account | null> {
  const path = credentialsPath(terminal);
  const stored = await readText(path);
  if (stored === null) return null;

  const account = parse(stored);
  if (account !== null) return account;
  throw failure("bad_credentials", `${path} cannot be read as credentials. Run aerostack login.`);
}

function parse(stored: string): Account | null {
  try {
    return Credentials.parse(JSON.parse(stored));
  } catch {
    return null;
  }
}

async function readText(path: string): Promise<string | null> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

function credentialsPath(terminal: Terminal): string {
  return join(configDir(terminal), "credentials.json");
}

/** `AEROSTACK_CONFIG_DIR`, else the place that the platform has for settings. */
function configDir(terminal: Terminal): string {
  const own = text(terminal, "AEROSTACK_CONFIG_DIR");
  if (own !== undefined) return own;

  const base = text(terminal, "XDG_CONFIG_HOME") ?? platformDir(terminal);
  if (base !== undefined) return join(base, "aerostack");
  throw failure(
    "no_config_dir",
    "There is no home folder to keep credentials in. Set AEROSTACK_CONFIG_DIR.",
  );
}

function platformDir(terminal: Terminal): string | undefined {
  if (Deno.build.os === "windows") return text(terminal, "APPDATA");
  const home = text(terminal, "HOME");
  if (home === undefined) return undefined;
  return join(home, Deno.build.os === "darwin" ? "Library/Application Support" : ".config");
}

/** Text that a shell may have left empty counts as not set. */
function text(terminal: Terminal, name: string): string | undefined {
  const value = terminal.env(name)?.trim();
  return value === "" ? undefined : value;
}
