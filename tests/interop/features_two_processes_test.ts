import assert from "node:assert/strict";
import type { ClientTarget } from "../_support/client.ts";
import { eventually } from "../_support/eventually.ts";
import {
  FEATURE_CLIENTS,
  FEATURE_SERVERS,
  type FeatureClientKind,
  type FeatureServerKind,
} from "../_support/feature_kinds.ts";
import { ASKING_FEATURES } from "../_support/feature_questions.ts";
import { FEATURES } from "../_support/features.ts";
import {
  answersElsewhere,
  type GatewayPair,
  inTurns,
  startGatewayPair,
  streamsElsewhere,
} from "../_support/gateway_pair.ts";
import { useFeatures } from "../_support/use_features.ts";

// Two processes on one store, and nothing that keeps a client at one of them.

const OPTIONS = { sanitizeOps: false, sanitizeResources: false };

const NEWEST = ["HTTP+SSE 2025-11-25", "Streamable 2025-11-25", "modern 2026-07-28"];
const CLIENTS = FEATURE_CLIENTS.filter(({ name }) => NEWEST.includes(name));
const SERVERS = FEATURE_SERVERS.filter(({ name }) => NEWEST.includes(name));

Deno.test("a question's answer may arrive at another process", OPTIONS, async (t) => {
  await using pair = await startGatewayPair();
  await meetAll(t, pair, answersElsewhere, ASKING_FEATURES);
});

Deno.test("every feature works when requests reach two processes in turns", OPTIONS, async (t) => {
  await using pair = await startGatewayPair();
  await meetAll(t, pair, inTurns, FEATURES);
});

Deno.test("who is told of a change by one process is shown it by the other", OPTIONS, async (t) => {
  await using pair = await startGatewayPair();

  for (const clientKind of CLIENTS) {
    for (const serverKind of SERVERS) {
      await t.step(`${clientKind.name} → ${serverKind.name}`, async () => {
        await using server = await serverKind.start();
        const slug = slugOf(clientKind, serverKind);
        const target = await install(pair, slug, server.url);
        await using client = await clientKind.connect({ ...target, route: streamsElsewhere(pair) });
        const { changes } = client.heard;
        await client.listTools();
        await client.listen([]);
        await eventually("the server can say something", () => server.listeners() > 0);

        for (const extra of ["first", "second", "third"]) {
          changes.length = 0;
          await client.listTools();
          await server.grow(extra);
          await eventually(`the word of the ${extra}`, () => changes.length >= 3);
          const tools = await client.listTools();
          assert.ok(tools.includes(`${slug}__${extra}`), `the ${extra} is listed: ${tools}`);
        }
      });
    }
  }
});

async function meetAll(
  t: Deno.TestContext,
  pair: GatewayPair,
  routeFor: typeof inTurns,
  features: typeof FEATURES,
): Promise<void> {
  for (const clientKind of CLIENTS) {
    for (const serverKind of SERVERS) {
      await t.step(`${clientKind.name} → ${serverKind.name}`, async (step) => {
        await using server = await serverKind.start();
        const slug = slugOf(clientKind, serverKind);
        const target = await install(pair, slug, server.url);
        await using client = await clientKind.connect({ ...target, route: routeFor(pair) });
        const names = {
          name: (own: string) => `${slug}__${own}`,
          uri: (own: string) => `${own}${own.includes("#") ? "!" : "#"}~${slug}`,
        };
        const meeting = { client, clientKind, server, serverKind, ...names, isSpread: true };
        await useFeatures(step, meeting, { features });
      });
    }
  }
}

function slugOf(client: FeatureClientKind, server: FeatureServerKind): string {
  return `files-${CLIENTS.indexOf(client)}${SERVERS.indexOf(server)}`;
}

/** A workspace of its own with this server in it; gives what a client needs. */
async function install({ a, b }: GatewayPair, slug: string, url: string): Promise<ClientTarget> {
  await a.admin.addServer(slug, url);
  await b.admin.addWorkspace(slug);
  await a.admin.install(slug, slug);
  const { token } = await b.admin.addToken(slug, "Alice Chen");
  return { url: a.workspaceUrl(slug), token };
}
