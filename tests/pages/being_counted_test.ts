import assert from "node:assert/strict";
import { registerServer } from "../../core/servers/register_server.ts";
import { createWorkspace } from "../../core/workspaces/create_workspace.ts";
import { installServer } from "../../core/workspaces/install_server.ts";
import { startApp } from "../_support/app.ts";
import { AN_ADMIN } from "../_support/core.ts";
import { someCall } from "../calls/_support.ts";

const COUNTING = "Being counted: the figures come by themselves in a few seconds.";

/** A gateway with one call on its record, and what has its reports not be ready. */
async function appInUse() {
  const app = await startApp({ AEROSTACK_ALLOW_PRIVATE_UPSTREAMS: "1" });
  const { services } = app;
  const [slug, workspace] = ["reports", "backend"];
  const url = "https://192.0.2.1/reports/mcp";
  const server = await registerServer(services, AN_ADMIN, { slug, name: "Reports", url });
  const { id, ...rest } = await createWorkspace(services, AN_ADMIN, { slug: workspace });
  await installServer(services, AN_ADMIN, { workspace, server: slug });
  const at = new Date(services.now().getTime() - 1_000).toISOString();
  const call = someCall({ at, serverId: server.id, server: slug, tool: "search" });
  await services.callLog.record({ id, ...rest }, call);
  const cookie = await app.signIn();
  const read = async (path: string) => {
    const response = await app.ask(path, { headers: { cookie } });
    assert.equal(response.status, 200);
    return await response.text();
  };

  const { recentBoards, recentHours, recentServerBoards, recentTops } = services;
  const all = [recentBoards, recentHours, recentServerBoards, recentTops];
  const nothing = { get: () => Promise.resolve(null) };
  /** Has nothing be counted until it is told so. */
  const hold = () => {
    for (const answers of all) Object.assign(answers, nothing);
    return () => all.forEach((answers) => Reflect.deleteProperty(answers, "get"));
  };
  return { app, read, hold };
}

for (
  const path of ["/", "/analytics", "/analytics?workspace=backend", "/servers/reports/analytics"]
) {
  Deno.test(`${path} says that it is being counted, comes again by itself, and has the figures then`, async () => {
    const { app, read, hold } = await appInUse();
    await using _ = app;

    const letGo = hold();
    const first = await read(path);
    letGo();
    const later = await read(path);

    assert.ok(first.includes(COUNTING));
    const head = first.slice(0, first.indexOf("</head>"));
    assert.equal(head.match(/http-equiv="refresh" content="2"/g)?.length, 1);
    assert.doesNotMatch(later, /http-equiv="refresh"/);
    assert.match(later.replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " "), /1 call\b/);
    assert.match(later, /search/);
  });
}

Deno.test("what people look at first is counted when they open any page", async () => {
  await using app = await startApp({}, { patienceMs: 60_000 });
  const { recentTops, recentBoards } = app.services;
  await createWorkspace(app.services, AN_ADMIN, { slug: "backend" });
  const asked: string[] = [];
  const { promise, resolve } = Promise.withResolvers<null>();
  Object.assign(recentTops, { get: () => Promise.resolve(null) });
  Object.assign(recentBoards, {
    get(question: string) {
      asked.push(question);
      resolve(null);
      return promise;
    },
  });
  const headers = { cookie: await app.signIn() };

  await (await app.ask("/servers", { headers })).body?.cancel();
  await promise;
  await (await app.ask("/analytics", { headers })).body?.cancel();

  assert.equal(asked.length, 2);
  assert.equal(asked[0], asked[1]);
});
