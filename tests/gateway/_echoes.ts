import assert from "node:assert/strict";
import { EchoUpstream, type Place, PLACES, type Transport } from "../_support/echo_upstream.ts";
import { FORMS, heldOf, holds, KEYS, partsOf } from "../_support/echoes.ts";
import { AN_ADMIN } from "../_support/core.ts";
import { SeededRandom } from "../_support/seeded_random.ts";
import { serveLocally } from "../_support/upstream.ts";
import { updateServer } from "../../core/servers/update_server.ts";
import { beginSession, type Json, legacy, modern } from "./_requests.ts";
import { startWorld, type World } from "./_world.ts";

const TRANSPORTS: Record<Transport, "2026-07-28" | "2025-11-25" | "sse"> = {
  modern: "2026-07-28",
  streamable: "2025-11-25",
  sse: "sse",
};

/** How many responses there are to be, and what they are made of. */
export interface EchoRun {
  count: number;
  seed: number;
  /** How many are under way at once. */
  width: number;
  /** How many bytes of other text may stand beside an echo, and how often they do. */
  padding: { min: number; max: number; share: number };
  /** Sizes of pieces, in bytes. */
  sizes: readonly number[];
  /** Where a value may come back; everywhere unless it is said. */
  places?: readonly Place[];
  /** Where servers are: in `fetch` itself, with pieces as they were cut, or behind loopback. */
  over?: "fetch" | "loopback";
}

/** Every size of pieces from 1 to 64 bytes, the small ones more often. */
export const SMALL_PIECES = [1, 2, 3, 5, 7, 16, 31, 64];

/** What a run came to. */
export interface EchoCount {
  responses: number;
  redacted: number;
  leaked: string[];
}

/**
 * Calls servers of every transport that echo what they were given, in every form and place,
 * through the whole gateway, for clients of both eras.
 */
export async function runEchoes(run: EchoRun): Promise<EchoCount> {
  const { count, seed, width, padding, sizes, places = PLACES, over = "fetch" } = run;
  const upstream = new EchoUpstream();
  await using http = serveLocally(async (request) => {
    const body = await request.blob();
    return await upstream.fetch(request.url, { method: request.method, body });
  });
  await using world = await startWorld(over === "fetch" ? { fetch: upstream.fetch } : {});
  const { token } = await world.addToken();
  const servers = await addServers(world, http.origin);
  const session = await beginSession(world.send, token, { elicitation: {} });
  const random = new SeededRandom(seed);
  const total: EchoCount = { responses: 0, redacted: 0, leaked: [] };

  async function call(number: number): Promise<void> {
    const { slug, key } = random.pick(servers);
    const form = random.pick(Object.keys(FORMS));
    const place = random.pick(places);
    const echo = {
      text: FORMS[form](random.pick(partsOf(key)), random),
      place,
      maxBytes: random.pick(sizes),
      padding: random.next() < padding.share ? random.whole(padding.min, padding.max) : 0,
      random,
    };
    const item = `t${number}`;
    upstream.plan(item, echo);
    const params: Json = { name: `${slug}__${item}`, arguments: {} };
    const request = random.next() < 0.5
      ? modern(token, "tools/call", params, {
        meta: { progressToken: number, "io.modelcontextprotocol/logLevel": "debug" },
      })
      : legacy(token, "tools/call", params, { session, meta: { progressToken: number } });

    const response = await world.send(request);
    const text = `${await response.text()} ${JSON.stringify([...response.headers])}`;
    total.responses++;
    if (text.includes("[redacted:KEY]")) total.redacted++;
    if (holds(text, key)) total.leaked.push(`seed ${seed}, ${slug}, ${form}, ${place}: ${text}`);
  }

  let next = 0;
  await Promise.all(Array.from({ length: width }, async () => {
    while (next < count) await call(next++);
  }));
  assert.ok(upstream.answers > count * 0.95, `only ${upstream.answers} answers held an echo`);
  for (const line of new Set(world.log)) {
    if (heldOf(line, Object.values(KEYS)).length > 0) total.leaked.push(`the log: ${line}`);
  }
  return total;
}

async function addServers(world: World, origin: string) {
  const servers: { slug: string; key: string }[] = [];
  for (const [shape, key] of Object.entries(KEYS)) {
    for (const [transport, protocol] of Object.entries(TRANSPORTS)) {
      const slug = `${shape}-${transport}`;
      await world.addServer(slug, `${origin}/${transport}/${shape}`);
      await updateServer(world.services, AN_ADMIN, slug, { protocol });
      const isHeader = shape !== "symbols";
      await world.addSecret(slug, "KEY", key, {
        kind: isHeader ? "header" : "query",
        name: isHeader ? "X-Key" : "api_key",
      });
      servers.push({ slug, key });
    }
  }
  return servers;
}
