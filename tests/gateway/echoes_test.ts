import assert from "node:assert/strict";
import { updateServer } from "../../core/servers/update_server.ts";
import { AN_ADMIN } from "../_support/core.ts";
import { EchoUpstream } from "../_support/echo_upstream.ts";
import { FORMS, holds, KEYS } from "../_support/echoes.ts";
import { SeededRandom } from "../_support/seeded_random.ts";
import { type EchoRun, runEchoes, SMALL_PIECES } from "./_echoes.ts";
import { bare, beginSession, legacy, modern, StreamReader } from "./_requests.ts";
import { startWorld } from "./_world.ts";

const SEED = 20261126;
const RUN: EchoRun = {
  count: 3_000,
  seed: SEED,
  width: 24,
  padding: { min: 0, max: 5_000, share: 0.01 },
  sizes: SMALL_PIECES,
};

const RUNS: Record<string, EchoRun> = {
  "in pieces of 1 to 64 bytes": RUN,
  "over loopback": { ...RUN, count: 1_500, over: "loopback" },
  "in answers of more than 1 MiB": {
    ...RUN,
    count: 40,
    width: 4,
    places: ["text of a result"],
    padding: { min: 1_050_000, max: 1_400_000, share: 1 },
    sizes: [1_000, 65_536],
  },
};

for (const [what, run] of Object.entries(RUNS)) {
  Deno.test(`what servers echo reaches no client of either era: ${what}`, async () => {
    const { responses, redacted, leaked } = await runEchoes(run);

    assert.deepEqual(leaked, []);
    assert.equal(responses, run.count);
    assert.ok(redacted > responses / 4, `only ${redacted} answers show what was taken out`);
  });
}

const PROTOCOLS = { modern: "2026-07-28", streamable: "2025-11-25", sse: "sse" } as const;

for (const [transport, protocol] of Object.entries(PROTOCOLS)) {
  Deno.test(`what a server echoes in its lists and of itself reaches no client: ${transport}`, async () => {
    const { world, upstream, token } = await echoWorld();
    await using _world = world;
    const random = new SeededRandom(SEED);
    for (const [at, [form, encode]] of Object.entries(FORMS).entries()) {
      const slug = `s${at}`;
      upstream.greetings.set(`/${transport}/${slug}`, encode(KEYS.symbols, random));
      await world.addServer(slug, `http://127.0.0.1:1/${transport}/${slug}`);
      await updateServer(world.services, AN_ADMIN, slug, { protocol });
      await world.addSecret(slug, "KEY", KEYS.symbols, { kind: "query", name: "key" });

      for (const [method, send] of [["initialize", legacy], ["server/discover", modern]] as const) {
        const params = {
          protocolVersion: "2025-11-25",
          capabilities: {},
          clientInfo: { name: "t", version: "1" },
        };
        const request = send(token, method, method === "initialize" ? params : {});
        const text = await (await world.services.gateway.handle(request, "team", slug)).text();
        assert.match(text, /redacted:KEY/, `${form} in ${method}`);
        assert.ok(!holds(text, KEYS.symbols), `${form} in ${method}: ${text}`);
      }
    }

    for (const send of [modern, legacy]) {
      const text = await (await world.send(send(token, "tools/list"))).text();
      assert.ok(text.split("redacted:KEY").length > Object.keys(FORMS).length * 3, text);
      assert.ok(!holds(text, KEYS.symbols), text);
    }
  });
}

Deno.test("what a server asks outside of calls reaches no client with an echo in it", async () => {
  const { world, upstream, token } = await echoWorld();
  await using _world = world;
  await world.addServer("s", "http://127.0.0.1:1/streamable/s");
  await updateServer(world.services, AN_ADMIN, "s", { protocol: "2025-11-25" });
  await world.addSecret("s", "KEY", KEYS.quoted);
  const session = await beginSession(world.send, token, { elicitation: {} });
  await using stream = new StreamReader(await world.send(bare("GET", token, session)));
  await stream.until(/:\n\n/);
  const call = legacy(token, "tools/call", { name: "s__any", arguments: {} }, { session });
  await (await world.send(call)).text();

  const random = new SeededRandom(SEED);
  for (const encode of Object.values(FORMS)) {
    upstream.ask("/streamable/s", encode(KEYS.quoted, random), random);
    const [text] = await stream.until(/data: [^\n]*elicitation[^\n]*\n\n/);
    assert.match(text, /redacted:KEY/);
    assert.ok(!holds(text, KEYS.quoted), text);
  }
});

async function echoWorld() {
  const upstream = new EchoUpstream();
  const world = await startWorld({ fetch: upstream.fetch });
  const { token } = await world.addToken();
  return { upstream, world, token };
}
