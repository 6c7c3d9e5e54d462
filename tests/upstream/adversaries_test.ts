import assert from "node:assert/strict";
import { startAdversary } from "../_support/adversary.ts";
import { MESSAGE_ATTACKS, WIRE_ATTACKS } from "../_support/attacks.ts";
import { RAW_KINDS } from "../_support/raw_upstreams.ts";
import { answerIn, legacy, modern } from "../gateway/_requests.ts";
import { startWorld } from "../gateway/_world.ts";

const SEND = { modern, legacy };

for (const kind of RAW_KINDS) {
  Deno.test(`what is no answer fails its call alone, and names its server: ${kind}`, async () => {
    await using world = await startWorld();
    const { token } = await world.addToken();

    const attackWith = async (attack: typeof MESSAGE_ATTACKS[number], slug: string) => {
      await using bad = startAdversary(kind, attack);
      // On a stream, what is no answer is passed over, and the answer missed.
      const isMissed = !kind.endsWith("JSON") && attack.isPassedOver === true;
      await world.addServer(slug, bad.url, { timeoutSeconds: isMissed ? 1 : 30 });

      for (const [era, send] of Object.entries(SEND)) {
        const request = send(token, "tools/call", { name: `${slug}__echo` });
        const { error, result } = await answerIn(await world.send(request));

        const sentence = error?.message ?? JSON.stringify(result);
        assert.match(sentence, new RegExp(`^Server "${slug}" `), `${era}: ${attack.name}`);
        assert.ok([-32603, -32001].includes(error?.code ?? 0), sentence);
        assert.ok(isMissed || attack.says.test(sentence), `${era}: ${attack.name}: ${sentence}`);
      }
    };
    await Promise.all(MESSAGE_ATTACKS.map((attack, at) => attackWith(attack, `bad-${at}`)));

    assert.deepEqual(world.log, []);
  });
}

for (const attack of WIRE_ATTACKS) {
  Deno.test(`a server that ${attack.name} fails that call alone, and is named`, async () => {
    await using world = await startWorld();
    const { token } = await world.addToken();

    for (const kind of ["modern, JSON", "streamable, JSON"] as const) {
      await using bad = startAdversary(kind, attack);
      const slug = kind === "modern, JSON" ? "bad" : "bad-legacy";
      await world.addServer(slug, bad.url);

      for (const [era, send] of Object.entries(SEND)) {
        const request = send(token, "tools/call", { name: `${slug}__echo` });
        const { error, result } = await answerIn(await world.send(request));

        const sentence = (error?.message ?? JSON.stringify(result)).replace(
          '"bad-legacy"',
          '"bad"',
        );
        assert.match(sentence, /^Server "bad" /, `${era} to ${kind}`);
        assert.match(sentence, attack.says, `${era} to ${kind}`);
      }
    }
    assert.deepEqual(world.log, []);
  });
}
