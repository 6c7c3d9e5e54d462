/** Environment variables, as a process was started with them. */
export type Environment = Record<string, string | undefined>;

/** A setting that cannot be used; the message names it and the fix. */
export class ConfigError extends Error {
  override name = "ConfigError";
}

/** A variable's text; what a shell may have left empty counts as not set. */
export function readText(env: Environment, name: string): string | null {
  const value = env[name]?.trim();
  return value === undefined || value === "" ? null : value;
}

/** An origin without a path. Throws {@linkcode ConfigError}. */
export function readOrigin(name: string, value: string, example: string): string {
  const url = URL.canParse(value) ? new URL(value) : null;
  const isOrigin = url !== null && /^https?:$/.test(url.protocol) &&
    url.pathname === "/" && url.search === "" && url.hash === "" && url.username === "";

  if (url === null || !isOrigin) {
    throw new ConfigError(
      `${name} is "${value}"; set it to an origin such as ${example}, without a path.`,
    );
  }

  return url.origin;
}
