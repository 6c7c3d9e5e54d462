import { z } from "zod";

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
}

/** A setting that cannot be used; the message names it and the fix. */
export class ConfigError extends Error {
  override name = "ConfigError";
}

const KEY_ID = /^[A-Za-z0-9_-]{1,32}$/;

const Port = z.coerce.number().int().min(0).max(65535);

/** Reads the settings from environment variables. Throws {@linkcode ConfigError}. */
export function readConfig(env: Record<string, string | undefined>): Config {
  const host = text(env, "HOST") ?? "127.0.0.1";
  const port = readPort(text(env, "PORT") ?? "8000");
  const publicUrl = text(env, "AEROSTACK_PUBLIC_URL");

  return {
    masterKeys: readMasterKeys(env),
    adminToken: readAdminToken(env),
    dataDir: text(env, "AEROSTACK_DATA_DIR") ?? "./data",
    kvPath: readKvPath(env),
    host,
    port,
    publicUrl: publicUrl === null
      ? guessedUrl(host, port)
      : readOrigin("AEROSTACK_PUBLIC_URL", publicUrl),
    publicUrlIsSet: publicUrl !== null,
    allowPrivateUpstreams: readFlag(env, "AEROSTACK_ALLOW_PRIVATE_UPSTREAMS"),
  };
}

/** The same settings at the port that was really bound (`PORT=0`). */
export function withBoundPort(config: Config, port: number): Config {
  if (config.publicUrlIsSet) return { ...config, port };
  return { ...config, port, publicUrl: guessedUrl(config.host, port) };
}

/** Text that a shell may have left empty counts as not set. */
function text(env: Record<string, string | undefined>, name: string): string | null {
  const value = env[name]?.trim();
  return value === undefined || value === "" ? null : value;
}

function readPort(value: string): number {
  const { success, data } = Port.safeParse(value);
  if (success) return data;
  throw new ConfigError(
    `PORT is "${value}"; set it to a number from 0 to 65535 (0 takes any free port).`,
  );
}

function guessedUrl(host: string, port: number): string {
  const name = host === "0.0.0.0" || host === "::" ? "localhost" : host;
  return `http://${name.includes(":") ? `[${name}]` : name}:${port}`;
}

function readOrigin(name: string, value: string): string {
  const url = URL.canParse(value) ? new URL(value) : null;
  const isOrigin = url !== null && /^https?:$/.test(url.protocol) &&
    url.pathname === "/" && url.search === "" && url.hash === "" && url.username === "";

  if (url === null || !isOrigin) {
    throw new ConfigError(
      `${name} is "${value}"; set it to an origin such as https://mcp.example.com, without a path.`,
    );
  }

  return url.origin;
}

function readKvPath(env: Record<string, string | undefined>): string | null {
  const value = text(env, "DENO_KV_PATH");
  if (value === null || !/^[a-z]+:\/\//i.test(value)) return value;
  if (/^https?:\/\//.test(value)) return value;
  throw new ConfigError(
    `DENO_KV_PATH is "${value}"; set it to a file path or to the http(s) URL of a remote KV.`,
  );
}

function readFlag(env: Record<string, string | undefined>, name: string): boolean {
  const value = text(env, name);
  if (value === null || value === "0") return false;
  if (value === "1") return true;
  throw new ConfigError(`${name} is "${value}"; set it to 1, or leave it out.`);
}

function readAdminToken(env: Record<string, string | undefined>): string | null {
  const value = text(env, "AEROSTACK_ADMIN_TOKEN");
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

function readMasterKeys(env: Record<string, string | undefined>): MasterKey[] {
  const one = text(env, "AEROSTACK_MASTER_KEY");
  const many = text(env, "AEROSTACK_MASTER_KEYS");

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
