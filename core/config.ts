import { z } from "zod";
import { type GitHubConfig, readGitHubConfig } from "./admins/github_config.ts";
import { ConfigError, type Environment, readOrigin, readText } from "./environment.ts";

/** A master key and the id that is kept with what it sealed. */
export interface MasterKey {
  id: string;
  /** 32 bytes. */
  bytes: Uint8Array;
}

/** The settings, read once at start. */
export interface Config {
  /** First seals, all open; empty when the environment names none. */
  masterKeys: readonly MasterKey[];
  /** A bearer that the admin API accepts, for automation. */
  adminToken: string | null;
  /** Folder of the embedded store and of a generated master key. */
  dataDir: string;
  /** A file path or the URL of a remote KV; `null` when not set. */
  kvPath: string | null;
  host: string;
  port: number;
  /** Origin under which people reach the gateway, without a trailing slash. */
  publicUrl: string;
  /** Whether that origin was set, or guessed from host and port. */
  publicUrlIsSet: boolean;
  allowPrivateUpstreams: boolean;
  /** How many proxies of ours write the end of `X-Forwarded-For`; 0 = nobody believes it. */
  trustedProxies: number;
  /** The ports that servers may have; `null` for any. */
  upstreamPorts: readonly number[] | null;
  /** The variable that names a proxy for all that is sent; `null` when none does. */
  outgoingProxy: string | null;
  /** How admins sign in with GitHub; `null` where they do not. */
  gitHub: GitHubConfig | null;
}

/** What `fetch` finds its proxy by. */
const PROXY_VARIABLES = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

const KEY_ID = /^[A-Za-z0-9_-]{1,32}$/;

const Port = z.coerce.number().int().min(0).max(65535);

/** Reads the settings from environment variables. Throws {@linkcode ConfigError}. */
export function readConfig(env: Environment): Config {
  const host = readText(env, "HOST") ?? "127.0.0.1";
  const port = readPort(readText(env, "PORT") ?? "8000");
  const publicUrl = readText(env, "AEROSTACK_PUBLIC_URL");

  return {
    masterKeys: readMasterKeys(env),
    adminToken: readAdminToken(env),
    dataDir: readText(env, "AEROSTACK_DATA_DIR") ?? "./data",
    kvPath: readKvPath(env),
    host,
    port,
    publicUrl: publicUrl === null
      ? guessedUrl(host, port)
      : readOrigin("AEROSTACK_PUBLIC_URL", publicUrl, "https://mcp.example.com"),
    publicUrlIsSet: publicUrl !== null,
    allowPrivateUpstreams: readFlag(env, "AEROSTACK_ALLOW_PRIVATE_UPSTREAMS"),
    trustedProxies: readTrustedProxies(readText(env, "AEROSTACK_TRUSTED_PROXIES") ?? "0"),
    upstreamPorts: readPorts(env, "AEROSTACK_UPSTREAM_PORTS"),
    outgoingProxy: PROXY_VARIABLES.find((name) => readText(env, name) !== null) ?? null,
    gitHub: readGitHubConfig(env),
  };
}

/** The same settings at the port that was really bound (`PORT=0`). */
export function withBoundPort(config: Config, port: number): Config {
  if (config.publicUrlIsSet) return { ...config, port };
  return { ...config, port, publicUrl: guessedUrl(config.host, port) };
}

function readPort(value: string): number {
  const { success, data } = Port.safeParse(value);
  if (success) return data;
  throw new ConfigError(
    `PORT is "${value}"; set it to a number from 0 to 65535 (0 takes any free port).`,
  );
}

function readPorts(env: Environment, name: string): number[] | null {
  const value = readText(env, name);
  if (value === null) return null;
  return value.split(",").map((part) => {
    if (/^\s*\d{1,5}\s*$/.test(part) && Number(part) >= 1 && Number(part) <= 65535) {
      return Number(part);
    }
    throw new ConfigError(
      `${name} is "${value}"; set it to ports from 1 to 65535 with commas between, as in 443,8443.`,
    );
  });
}

function readTrustedProxies(value: string): number {
  if (/^(\d|10)$/.test(value)) return Number(value);
  throw new ConfigError(
    `AEROSTACK_TRUSTED_PROXIES is "${value}"; set it to how many proxies of yours a request ` +
      "passes, from 0 to 10.",
  );
}

function guessedUrl(host: string, port: number): string {
  const name = host === "0.0.0.0" || host === "::" ? "localhost" : host;
  return `http://${name.includes(":") ? `[${name}]` : name}:${port}`;
}

function readKvPath(env: Environment): string | null {
  const value = readText(env, "DENO_KV_PATH");
  if (value === null || !/^[a-z]+:\/\//i.test(value)) return value;
  if (/^https?:\/\//.test(value)) return value;
  throw new ConfigError(
    `DENO_KV_PATH is "${value}"; set it to a file path or to the http(s) URL of a remote KV.`,
  );
}

function readFlag(env: Environment, name: string): boolean {
  const value = readText(env, name);
  if (value === null || value === "0") return false;
  if (value === "1") return true;
  throw new ConfigError(`${name} is "${value}"; set it to 1, or leave it out.`);
}

function readAdminToken(env: Environment): string | null {
  const value = readText(env, "AEROSTACK_ADMIN_TOKEN");
  if (value === null) return null;
  if (value.length < 24) {
    throw new ConfigError(
      `AEROSTACK_ADMIN_TOKEN has ${value.length} characters; set at least 24, ` +
        "for example the output of: openssl rand -base64 32",
    );
  }
  if (!/^[\x21-\x7e]+$/.test(value)) {
    throw new ConfigError(
      "AEROSTACK_ADMIN_TOKEN has characters that no header can carry; use visible ASCII only.",
    );
  }
  return value;
}

function readMasterKeys(env: Environment): MasterKey[] {
  const one = readText(env, "AEROSTACK_MASTER_KEY");
  const many = readText(env, "AEROSTACK_MASTER_KEYS");

  if (one !== null && many !== null) {
    throw new ConfigError(
      "AEROSTACK_MASTER_KEY and AEROSTACK_MASTER_KEYS are both set; keep one of them.",
    );
  }
  if (one !== null) return [{ id: "default", bytes: readKey("AEROSTACK_MASTER_KEY", one) }];
  if (many === null) return [];

  const found = many.split(",").map((part) => readNamedKey(part.trim()));
  const ids = new Set(found.map((key) => key.id));
  if (ids.size !== found.length) {
    throw new ConfigError(
      "AEROSTACK_MASTER_KEYS names an id twice; give every key an id of its own.",
    );
  }
  return found;
}

function readNamedKey(part: string): MasterKey {
  const colon = part.indexOf(":");
  const id = part.slice(0, Math.max(colon, 0));
  if (!KEY_ID.test(id)) {
    throw new ConfigError(
      "AEROSTACK_MASTER_KEYS must read id:key,id:key with ids of 1 to 32 letters, " +
        `digits, "_" or "-"; one entry has ${colon === -1 ? "no id" : `the id "${id}"`}.`,
    );
  }
  return { id, bytes: readKey(`AEROSTACK_MASTER_KEYS (${id})`, part.slice(colon + 1)) };
}

/** Decodes a key; its text is never repeated in an error. */
export function readKey(name: string, value: string): Uint8Array {
  const bytes = /^[A-Za-z0-9_-]{43}=?$/.test(value)
    ? Uint8Array.fromBase64(value.replace(/=$/, ""), { alphabet: "base64url" })
    : null;

  if (bytes === null || bytes.length !== 32) {
    throw new ConfigError(
      `${name} is not 32 bytes in base64url (43 characters); make one with: ` +
        "openssl rand -base64 32 | tr '+/' '-_' | tr -d '='",
    );
  }

  return bytes;
}
