import { join } from "node:path";
import { Builder } from "fresh/dev";
import { app } from "../compat/fixture_app/main.ts";

/** Where the app lies that the contract tests build. */
export const FIXTURE_ROOT = join(import.meta.dirname ?? "", "..", "compat", "fixture_app");

let built: Promise<(request: Request) => Promise<Response>> | undefined;

/** Builds the fixture in memory, once for all tests of a file, and gives its handler. */
export function fixtureHandler(): Promise<(request: Request) => Promise<Response>> {
  built ??= (async () => {
    const builder = new Builder({ root: FIXTURE_ROOT });
    const applySnapshot = await builder.build({ snapshot: "memory" });
    applySnapshot(app);
    return app.handler();
  })();
  return built;
}

/** A running fixture; it stops when it goes out of scope. */
export interface ServedFixture extends AsyncDisposable {
  readonly url: string;
}

/** Serves the fixture on a free port. */
export async function serveFixture(): Promise<ServedFixture> {
  const handler = await fixtureHandler();
  const stopping = new AbortController();
  const { signal } = stopping;
  const options = { port: 0, hostname: "localhost", signal, onListen: () => {} };
  const server = Deno.serve(options, (request) => handler(request));
  return {
    url: `http://localhost:${server.addr.port}`,
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await server.finished;
    },
  };
}
