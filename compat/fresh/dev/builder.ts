import { createHash } from "node:crypto";
import { App, applySnapshot } from "../app.ts";
import { BUILD_ID, setBuildId } from "../build_id.ts";
import type { ListenOptions } from "../listen.ts";
import { type BuildOptions, resolveBuildConfig, type ResolvedBuildConfig } from "./build_config.ts";
import { type Bundle, bundle } from "./bundle.ts";
import { crawl, type FoundRoute } from "./crawl.ts";
import { liveReload } from "./live_reload.ts";
import { memorySnapshot } from "./memory_snapshot.ts";
import { listStatics, writeBuild } from "./write_build.ts";

export type { BuildOptions, ResolvedBuildConfig };

/** Builds an app from its `routes/`, `islands/` and `static/`. */
// deno-lint-ignore no-explicit-any
export class Builder<State = any> {
  #islands = new Set<string>();

  /** The options with every path filled in. */
  config: ResolvedBuildConfig;

  constructor(options: BuildOptions = {}) {
    this.config = resolveBuildConfig(options, BUILD_ID);
  }

  /** Adds an island that lies outside of the folders for islands. */
  registerIsland(specifier: string): void {
    this.#islands.add(specifier);
  }

  /**
   * Builds the app into its output folder, or, with `snapshot: "memory"`, into
   * the function that is returned: it gives the build to an app.
   */
  async build(
    options: {
      mode?: ResolvedBuildConfig["mode"];
      snapshot?: "disk" | "memory";
    } = {},
  ): Promise<(app: App<State>) => void> {
    this.config.mode = options.mode ?? "production";
    const { bundled, routes } = await this.#bundle();

    if (options.snapshot === "memory") {
      const snapshot = await memorySnapshot<State>(
        this.config,
        routes,
        bundled,
      );
      return (app) => applySnapshot(app, snapshot, app.config.mode);
    }

    const statics = await listStatics(this.config);
    await writeBuild(this.config, routes, bundled, statics);
    console.log(`Built into ${this.config.outDir}`);
    return () => {
      throw new Error(
        `Cannot apply a build that was written to disk: serve "server.js"`,
      );
    };
  }

  /** Builds the app in memory and serves it; pages reload after a restart. */
  async listen(
    importApp: () => Promise<{ app: App<State> } | App<State>>,
    options: ListenOptions = {},
  ): Promise<void> {
    this.config.mode = "development";
    const { bundled, routes } = await this.#bundle();
    const snapshot = await memorySnapshot<State>(this.config, routes, bundled);

    const imported = await importApp();
    const app = imported instanceof App ? imported : imported.app;
    applySnapshot(app, snapshot, "development");
    const handler = app.handler();

    await new App<State>({ mode: "development" })
      .use(liveReload())
      .all("*", (ctx) => handler(ctx.req, ctx.info))
      .listen(options);
  }

  async #bundle(): Promise<{ bundled: Bundle; routes: FoundRoute[] }> {
    const { islands, routes } = await crawl(this.config);
    const bundled = await bundle(this.config, [...islands, ...this.#islands]);
    const statics = await listStatics(this.config);

    // The same input gives the same id, on every machine.
    const id = createHash("sha256");
    for (const [name, { hash }] of bundled.files) {
      id.update(`${name} ${hash}\n`);
    }
    for (const { pathname, hash } of statics) {
      id.update(`${pathname} ${hash}\n`);
    }
    this.config.buildId = id.digest("hex").slice(0, 20);
    setBuildId(this.config.buildId);
    return { bundled, routes };
  }
}
