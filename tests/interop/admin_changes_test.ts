import assert from "node:assert/strict";
import { eventually } from "../_support/eventually.ts";
import type { FeatureClient } from "../_support/feature_client.ts";
import { FEATURE_CLIENTS } from "../_support/feature_kinds.ts";
import { startStreamableFeatures } from "../_support/feature_server_legacy.ts";
import { startModernFeatures } from "../_support/feature_server_modern.ts";
import { openWorkspace, type RunningGateway } from "../_support/gateway.ts";
import { startGatewayPair } from "../_support/gateway_pair.ts";

// What an admin changes reaches clients that are connected, at whichever process.

const OPTIONS = { sanitizeOps: false, sanitizeResources: false };

const CHANGES = ["tools", "prompts", "resources"].map((list) =>
  `notifications/${list}/list_changed`
);

/** A connected client, and the process that it is connected to. */
interface Connected {
  name: string;
  client: FeatureClient;
}

Deno.test("what an admin changes is heard by every connected client", OPTIONS, async (t) => {
  await using pair = await startGatewayPair();
  await using files = startStreamableFeatures("2025-11-25");
  await using notes = startModernFeatures();
  const { a, b } = pair;
  const { token } = await openWorkspace(a, { files });
  await using connected = await connectAll({ a, b }, token);
  await a.admin.addServer("notes", notes.url);

  await t.step("a server is installed", async () => {
    await heardBy(connected.all, () => a.admin.install("notes", "team"));
    await assertTools(connected.all, { there: ["files__say", "notes__say"], gone: [] });
  });

  await t.step("its address is changed", async () => {
    await using moved = startModernFeatures();
    await moved.grow("extra");
    const url = moved.url;
    await heardBy(connected.all, () => b.admin.send("PATCH", "/servers/notes", { url }));
    await assertTools(connected.all, { there: ["notes__extra"], gone: [] });
  });

  await t.step("it is taken out", async () => {
    const path = "/workspaces/team/servers/notes";
    await heardBy(connected.all, () => b.admin.send("DELETE", path));
    await assertTools(connected.all, { there: ["files__say"], gone: ["notes__say"] });
  });

  await t.step("another one is removed for good", async () => {
    const path = "/servers/files?force=true";
    await heardBy(connected.all, () => a.admin.send("DELETE", path));
    await assertTools(connected.all, { there: [], gone: ["files__say"] });
  });
});

Deno.test("a workspace's change is not told to another workspace", OPTIONS, async () => {
  await using pair = await startGatewayPair();
  await using files = startStreamableFeatures("2025-11-25");
  const { a, b } = pair;
  const team = await openWorkspace(a, { files });
  const elsewhere = await openWorkspace(a, { others: files }, "elsewhere");
  await a.admin.addServer("notes", files.url);
  await using members = await connectAll({ a, b }, team.token);
  await using strangers = await connectAll({ a, b }, elsewhere.token, "elsewhere");

  await heardBy(members.all, () => a.admin.install("notes", "team"));
  // What strangers were told of the first change would have come before the second is heard.
  const path = "/workspaces/team/servers/notes";
  await heardBy(members.all, () => a.admin.send("DELETE", path));

  for (const { name, client } of strangers.all) assert.deepEqual(client.heard.changes, [], name);
});

/** A client of every kind at each of the two processes, all of which listen. */
async function connectAll(
  gateways: Record<string, RunningGateway>,
  token: string,
  workspace = "team",
) {
  const all: Connected[] = [];
  for (const [process, gateway] of Object.entries(gateways)) {
    for (const { name, connect } of FEATURE_CLIENTS) {
      const client = await connect({ url: gateway.workspaceUrl(workspace), token });
      await client.listTools();
      await client.listen([]);
      all.push({ name: `${name} at process ${process}`, client });
    }
  }
  return {
    all,
    async [Symbol.asyncDispose]() {
      await Promise.all(all.map(({ client }) => client[Symbol.asyncDispose]()));
    },
  };
}

async function heardBy(all: readonly Connected[], change: () => Promise<unknown>): Promise<void> {
  for (const { client } of all) client.heard.changes.length = 0;

  await change();

  for (const { name, client } of all) {
    for (const method of CHANGES) {
      await eventually(`${method} at ${name}`, () => client.heard.changes.includes(method));
    }
  }
}

async function assertTools(
  all: readonly Connected[],
  { there, gone }: { there: string[]; gone: string[] },
): Promise<void> {
  for (const { name, client } of all) {
    const tools = await client.listTools();
    for (const tool of there) assert.ok(tools.includes(tool), `${name} lists ${tool}: ${tools}`);
    for (const tool of gone) assert.ok(!tools.includes(tool), `${name} lists no ${tool}`);
  }
}
