import assert from "node:assert/strict";
import { eventually } from "../_support/eventually.ts";
import { FEATURE_CLIENTS, FEATURE_SERVERS } from "../_support/feature_kinds.ts";
import { startStreamableFeatures } from "../_support/feature_server_legacy.ts";
import { startModernFeatures } from "../_support/feature_server_modern.ts";
import { printTable, type Row } from "../_support/feature_table.ts";
import { TODAY } from "../_support/feature_world.ts";
import { FEATURES } from "../_support/features.ts";
import { openWorkspace, type RunningGateway, startGateway } from "../_support/gateway.ts";
import { startBothEras } from "../_support/modern_upstreams.ts";
import type { Upstream } from "../_support/upstream.ts";
import { useFeatures } from "../_support/use_features.ts";

// Every client and every server as in features_direct_test.ts, with the gateway in
// between and a second server, which offers tools alone, in the same workspace.

const OPTIONS = { sanitizeOps: false, sanitizeResources: false };

Deno.test("every client uses all that every server has", OPTIONS, async (t) => {
  await using gateway = await startGateway();
  await using other = startBothEras();
  await gateway.admin.addServer("other", other.url);
  const rows: Row[] = [];

  for (const clientKind of FEATURE_CLIENTS) {
    for (const serverKind of FEATURE_SERVERS) {
      const row: Row = { name: `${clientKind.name} → ${serverKind.name}`, marks: new Map() };
      rows.push(row);
      await t.step(row.name, async (step) => {
        await using server = await serverKind.start();
        const slug = `files-${rows.length}`;
        const target = await install(gateway, slug, server);
        await using client = await clientKind.connect(target);
        const names = {
          name: (own: string) => `${slug}__${own}`,
          uri: (own: string) => `${own}${own.includes("#") ? "!" : "#"}~${slug}`,
        };
        const meeting = { client, clientKind, server, serverKind, ...names };
        await useFeatures(step, meeting, row);
      });
    }
  }

  const table = printTable(FEATURES, rows);
  console.log(`\n${table}\n`);
  const page = await Deno.readTextFile(new URL("../../docs/matrix.md", import.meta.url));
  assert.ok(page.includes(table), "docs/matrix.md shows this very table");
});

for (const kind of FEATURE_CLIENTS) {
  const name = `a client of ${kind.name} tells the same resource of two servers apart`;

  Deno.test(name, OPTIONS, async () => {
    await using gateway = await startGateway();
    await using one = startStreamableFeatures("2025-11-25");
    await using two = startModernFeatures();
    const { token } = await openWorkspace(gateway, { one, two });
    await using client = await kind.connect({ url: gateway.workspaceUrl("team"), token });
    await client.listen([`${TODAY}#~two`]);
    await eventually("the subscription", () => two.subscribers() > 0);

    await one.change();
    await two.change();
    await two.change();
    await eventually("the update", () => client.heard.updated.length > 0);
    const [first] = await client.readResource(`${TODAY}#~one`);
    const [second] = await client.readResource(`${TODAY}#~two`);

    assert.deepEqual(new Set(client.heard.updated), new Set([`${TODAY}#~two`]));
    assert.deepEqual(first, { ...first, uri: `${TODAY}#~one`, text: "today, version 2" });
    assert.deepEqual(second, { ...second, uri: `${TODAY}#~two`, text: "today, version 3" });
  });
}

/** A workspace of its own with this server and the other one; gives what a client needs. */
async function install({ admin, workspaceUrl }: RunningGateway, slug: string, { url }: Upstream) {
  await admin.addServer(slug, url);
  await admin.addWorkspace(slug);
  await admin.install(slug, slug);
  await admin.install("other", slug);
  const { token } = await admin.addToken(slug, "Alice Chen");
  return { url: workspaceUrl(slug), token };
}
