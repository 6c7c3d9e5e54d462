/** What an app may be created with. */
export interface FreshConfig {
  /** The path under which the app is served, such as `/docs`. */
  basePath?: string;
  /** Where the app runs; decides about caching of assets. */
  mode?: "development" | "production";
  /** Takes scheme and host of `ctx.url` from `X-Forwarded-Proto` and `-Host`. */
  trustProxy?: boolean;
}

/** An app's configuration with every field filled in. */
export interface ResolvedFreshConfig {
  root: string;
  basePath: string;
  mode: "development" | "production";
  trustProxy: boolean;
}
