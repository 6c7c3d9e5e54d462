// Exports the calls of the store at the given path, and says how much memory it took at most.
import { readConfig } from "../core/config.ts";
import { openStore } from "../core/kv/open_store.ts";
import { createServices } from "../core/services.ts";
import { testKeyring } from "../tests/_support/core.ts";

const SAMPLE_MS = 10;

const services = createServices({
  config: readConfig({}),
  store: await openStore(Deno.args[0]),
  keyring: testKeyring(),
  fetch: globalThis.fetch,
  now: () => new Date(),
  log: (line) => console.error(line),
});
let peak = 0;
setInterval(() => peak = Math.max(peak, Deno.memoryUsage().rss), SAMPLE_MS);

const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async ({ url }) => {
  const { pathname } = new URL(url);
  if (pathname === "/peak") return Response.json(peak);
  const workspace = await services.workspaces.findBySlug("bench");
  if (workspace === null) return new Response(null, { status: 404 });
  const format = pathname === "/csv" ? "csv" : "jsonl";
  const of = { workspace, format, filter: {} } as const;
  return new Response(services.callStreams.export(of, () => Promise.resolve(true)));
});
console.log(`ready on http://127.0.0.1:${server.addr.port}`);
