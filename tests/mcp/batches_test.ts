import assert from "node:assert/strict";
import fc from "fast-check";
import { asMessages, MAX_BATCH, parseMessage, parseMessages } from "../../core/mcp/message.ts";

const ping = (id: number) => ({ jsonrpc: "2.0", id, method: "ping" });

Deno.test("parseMessages() takes one message as parseMessage() does", () => {
  const texts = ['{"jsonrpc":"2.0","id":1,"method":"ping"}', "{}", "7", "null", "", "{", '"text"'];

  for (const text of texts) assert.deepEqual(parseMessages(text), parseMessage(text), text);
});

Deno.test("parseMessages() takes a batch apart, in its order", () => {
  const said = { jsonrpc: "2.0", method: "notifications/initialized" };
  const answer = { jsonrpc: "2.0", id: "a", result: {} };

  assert.deepEqual(parseMessages(JSON.stringify([ping(1), said, answer])), [
    { kind: "request", message: ping(1) },
    { kind: "notification", message: said },
    { kind: "response", message: answer },
  ]);
});

Deno.test("parseMessages() refuses an empty batch, and one with something else in it", () => {
  for (const others of [[], [null], [1], [ping(1), {}], [[ping(1)]], [ping(1), [ping(2)]]]) {
    assert.equal(parseMessages(JSON.stringify(others)), null, JSON.stringify(others));
  }
});

Deno.test("asMessages() takes a hundred messages and no more", () => {
  const batch = (length: number) => Array.from({ length }, (_, index) => ping(index));

  assert.equal(MAX_BATCH, 100);
  assert.deepEqual(
    asMessages(batch(100)),
    batch(100).map((message) => ({
      kind: "request",
      message,
    })),
  );
  assert.equal(asMessages(batch(101)), null);
});

Deno.test("asMessages() throws at no JSON at all", () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    asMessages(value);
  }));
});
