import assert from "node:assert/strict";
import type { InjectionRule } from "../../core/secrets/secret.ts";
import { startLegacySessions, startLegacySse } from "../_support/legacy_upstreams.ts";
import { startBothEras } from "../_support/modern_upstreams.ts";
import { answerIn, legacy, modern } from "../gateway/_requests.ts";
import { startWorld } from "../gateway/_world.ts";

const RULES: InjectionRule[] = [
  { kind: "header", name: "Authorization", template: "Bearer {{value}}" },
  { kind: "header", name: "X-Api-Key" },
  { kind: "query", name: "key", template: "a&b={{value}}" },
];

for (
  const [what, start] of Object.entries({ startBothEras, startLegacySessions, startLegacySse })
) {
  Deno.test(`a secret goes to all its places, in its templates: ${what}`, async () => {
    await using upstream = await start();
    await using world = await startWorld();
    await world.addServer("notes", upstream.url);
    await world.addSecret("notes", "KEY", "s3cr3t$&", ...RULES);
    const { token } = await world.addToken();

    for (const send of [modern, legacy]) {
      const request = send(token, "tools/call", { name: "notes__echo", arguments: { text: "a" } });
      assert.equal((await answerIn(await world.send(request))).error, undefined);
    }

    const { requests } = upstream.journal;
    assert.ok(requests.length >= 2);
    for (const { headers, url } of requests) {
      assert.equal(headers.get("authorization"), "Bearer s3cr3t$&");
      assert.equal(headers.get("x-api-key"), "s3cr3t$&");
      assert.equal(new URL(url, upstream.url).searchParams.get("key"), "a&b=s3cr3t$&");
    }
  });
}

Deno.test("a rule that is added or taken away holds for the next call", async () => {
  await using upstream = await startLegacySessions();
  await using world = await startWorld();
  await world.addServer("notes", upstream.url);
  const { token } = await world.addToken();
  const call = async () => {
    const params = { name: "notes__echo", arguments: { text: "a" } };
    await answerIn(await world.send(legacy(token, "tools/call", params)));
    return upstream.journal.requests.findLast(({ body }) => body.includes("tools/call"))?.headers;
  };

  await world.addSecret("notes", "KEY", "s3cr3t", RULES[0]);
  assert.equal((await call())?.get("x-api-key"), null);
  await world.addSecret("notes", "KEY", "s3cr3t", RULES[0], RULES[1]);
  assert.equal((await call())?.get("x-api-key"), "s3cr3t");
  await world.addSecret("notes", "KEY", "s3cr3t", RULES[1]);

  const headers = await call();
  assert.equal(headers?.get("authorization"), null);
  assert.equal(headers?.get("x-api-key"), "s3cr3t");
});
