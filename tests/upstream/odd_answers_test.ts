import assert from "node:assert/strict";
import { startAdversary } from "../_support/adversary.ts";
import { RAW_KINDS } from "../_support/raw_upstreams.ts";
import { answerIn, legacy, modern } from "../gateway/_requests.ts";
import { startWorld } from "../gateway/_world.ts";

const SEND = { modern, legacy };

const text = (words: string) =>
  `{"resultType":"complete","content":[{"type":"text","text":"${words}"}]}`;
const answer = (id: string, words: string) =>
  `{"jsonrpc":"2.0","id":${id},"result":${text(words)}}`;

/** What is odd and does no harm: the caller gets one answer, and the right one. */
const ODD: Record<string, (id: string) => string> = {
  "begins with a byte order mark": (id) => `\ufeff${answer(id, "right")}`,
  "answers other calls beside": (id) =>
    `[${answer("987654", "wrong")},${answer(id, "right")},${answer('"x"', "wrong")}]`,
  "asks for something under the call's own id": (id) =>
    `[{"jsonrpc":"2.0","id":${id},"method":"sampling/createMessage","params":{"messages":[]}},` +
    `${answer(id, "right")}]`,
  "says under the call's own id that it was taken back": (id) =>
    `[{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":${id}}},` +
    `${answer(id, "right")}]`,
  "reports progress of a call that is not there": (id) =>
    `[{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":9,"progress":1}},` +
    `${answer(id, "right")}]`,
  "has the same fields twice": (id) =>
    `{"jsonrpc":"2.0","id":0,"id":${id},"result":${text("wrong")},"result":${text("right")}}`,
  "brings a prototype": (id) =>
    `{"jsonrpc":"2.0","id":${id},"__proto__":{"error":{}},"constructor":1,"result":${
      text("right")
    }}`,
};

for (const [what, message] of Object.entries(ODD)) {
  Deno.test(`an answer that ${what} is passed on, once and right`, async () => {
    await using world = await startWorld();
    const { token } = await world.addToken();

    for (const kind of RAW_KINDS) {
      // An event is text already, and its mark would not be the stream's.
      if (what.includes("byte order") && !kind.endsWith("JSON")) continue;
      await using server = startAdversary(kind, { name: what, message: (id) => [message(id)] });
      const slug = kind.toLowerCase().replaceAll(/[^a-z]+/g, "-");
      await world.addServer(slug, server.url, { timeoutSeconds: 30 });

      for (const [era, send] of Object.entries(SEND)) {
        const request = send(token, "tools/call", { name: `${slug}__echo` });
        const { result, error, id } = await answerIn(await world.send(request));
        assert.equal(result?.content[0].text, "right", `${era} to ${kind}: ${error?.message}`);
        assert.equal(id, 1);
      }
    }
    assert.deepEqual(world.log, []);
  });
}

Deno.test("of two answers to one call, one reaches the caller", async () => {
  await using world = await startWorld();
  const { token } = await world.addToken();

  for (const kind of RAW_KINDS) {
    const message = (id: string) => [`[${answer(id, "one")},${answer(id, "two")}]`];
    await using server = startAdversary(kind, { name: "answers twice", message });
    const slug = kind.toLowerCase().replaceAll(/[^a-z]+/g, "-");
    await world.addServer(slug, server.url, { timeoutSeconds: 30 });

    for (const send of Object.values(SEND)) {
      const request = send(token, "tools/call", { name: `${slug}__echo` });
      const body = await (await world.send(request)).text();
      assert.equal(body.split('"result"').length, 2, body);
    }
  }
});
