/** Builds an app, and serves it while it is being developed. */
export { Builder, type BuildOptions, type ResolvedBuildConfig } from "./builder.ts";
