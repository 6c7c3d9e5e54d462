import assert from "node:assert/strict";
import fc from "fast-check";
import { isPlainAnswer } from "../../core/mcp/answer_peek.ts";
import { type AnswerPassage, AnswerSplice } from "../../core/mcp/answer_splice.ts";
import { resultForCaller } from "../../core/mcp/border.ts";
import { JsonFault } from "../../core/mcp/json_lexer.ts";
import { joined } from "../../core/mcp/json_splice.ts";
import type { JsonObject } from "../../core/mcp/message.ts";
import { plainNaming, PREFIXED } from "../../core/mcp/naming.ts";
import { exposeResult } from "../../core/mcp/rewrite.ts";

const PASSAGE: AnswerPassage = {
  askedId: 5,
  callersId: "mine",
  callerEra: "legacy",
  route: "streamable",
  naming: plainNaming("files"),
  slug: "files",
  method: "tools/call",
};

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** What comes out when a text goes in, in pieces of this many bytes. */
function pass(text: string, passage: Partial<AnswerPassage> = {}, pieceBytes = 7): string {
  const splice = new AnswerSplice({ ...PASSAGE, ...passage });
  const bytes = bytesOf(text);
  const out: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    out.push(...splice.push(bytes.slice(at, at + pieceBytes)));
  }
  return new TextDecoder().decode(joined([...out, ...splice.end()]));
}

const anyText = fc.constantFrom("a", "file:///a#b", "https://x/ü", "text");
const anyUri = fc.record({ uri: anyText, text: anyText, _meta: fc.object({ maxDepth: 0 }) });
const anyMeta = fc.constantFrom(
  undefined,
  { "io.modelcontextprotocol/serverInfo": { name: "s" }, a: 1 },
  { "io.modelcontextprotocol/related-task": { taskId: "t1" } },
  { ui: { resourceUri: "ui://page" }, "ui/resourceUri": "ui://page" },
);
const anyBlock = fc.oneof(
  fc.record({ type: fc.constant("resource_link"), uri: anyText, _meta: anyMeta }),
  fc.record({ type: fc.constant("resource"), resource: anyUri, new: fc.jsonValue() }),
  fc.record({ type: fc.constantFrom("text", "hologram"), text: anyText, uri: anyText }),
  fc.constantFrom(1, null, "text", []),
);
const anyResult = fc.record({
  content: fc.array(anyBlock, { maxLength: 4 }),
  contents: fc.array(anyUri, { maxLength: 3 }),
  messages: fc.array(
    fc.record({ role: anyText, content: fc.oneof(anyBlock, fc.array(anyBlock)) }),
    { maxLength: 3 },
  ),
  structuredContent: fc.jsonValue(),
  isError: fc.boolean(),
  resultType: fc.constant("complete"),
  ttlMs: fc.nat(),
  cacheScope: fc.constantFrom("public", "private"),
  _meta: anyMeta,
  unknown: fc.jsonValue(),
}, { requiredKeys: [] });

Deno.test("an answer that passes unread becomes what one that is read becomes", () => {
  const passages = fc.record({
    callerEra: fc.constantFrom("legacy" as const, "modern" as const),
    route: fc.constantFrom("modern" as const, "streamable" as const, "sse" as const),
    naming: fc.constantFrom(PREFIXED, plainNaming("files")),
    method: fc.constantFrom("tools/call", "prompts/get", "resources/read"),
  });

  fc.assert(
    fc.property(anyResult, passages, fc.nat(60), (any, passage, piece) => {
      const result: JsonObject = JSON.parse(JSON.stringify(any));
      const text = JSON.stringify({ result, jsonrpc: "2.0", id: 5 });
      const crossed = resultForCaller({ ...passage, result });
      const expected = exposeResult(passage.naming, "files", passage.method, crossed);

      const passed = JSON.parse(pass(text, passage, piece + 1));

      assert.deepEqual(passed, { jsonrpc: "2.0", id: "mine", result: expected });
    }),
    { numRuns: 1_000 },
  );
});

Deno.test("an answer passes with its numbers, unknown keys and order as they are", () => {
  const result = '{"z":9007199254740993,"content":[{"type":"x","n":1.0e400}],"a":{"1":-0.0}}';

  assert.equal(
    pass(`{"jsonrpc":"2.0","id":5,"result":${result}}`),
    `{"jsonrpc":"2.0","id":"mine","result":${result}}`,
  );
});

Deno.test("an answer tells at its end whether the tool failed", () => {
  for (const isError of [true, false, undefined, "true", 1]) {
    const splice = new AnswerSplice(PASSAGE);
    splice.push(bytesOf(JSON.stringify({ jsonrpc: "2.0", id: 5, result: { isError } })));
    splice.end();
    assert.equal(splice.isToolError, isError === true);
  }
});

Deno.test("what is not the good answer to what was asked does not pass", () => {
  const refused = [
    '{"jsonrpc":"2.0","id":6,"result":{}}',
    '{"jsonrpc":"2.0","id":"5","result":{}}',
    '{"jsonrpc":"2.0","id":[5],"result":{}}',
    '{"jsonrpc":"2.0","id":5,"id":5,"result":{}}',
    '{"jsonrpc":"2.0","result":{}}',
    '{"jsonrpc":"1.0","id":5,"result":{}}',
    '{"id":5,"result":{}}',
    '{"jsonrpc":"2.0","id":5}',
    '{"jsonrpc":"2.0","id":5,"result":[]}',
    '{"jsonrpc":"2.0","id":5,"result":{},"result":{}}',
    '{"jsonrpc":"2.0","id":5,"result":{},"error":{"code":1,"message":""}}',
    '{"jsonrpc":"2.0","id":5,"result":{},"method":"a"}',
    '{"jsonrpc":"2.0","id":5,"result":{}',
    '[{"jsonrpc":"2.0","id":5,"result":{}}]',
    "",
  ];

  for (const text of refused) assert.throws(() => pass(text), JsonFault, text);
});

Deno.test("isPlainAnswer() tells an answer by its beginning", () => {
  const long = "x".repeat(100);
  const plain = [
    `{"jsonrpc":"2.0","id":1,"result":{"content":[{"text":"${long}`,
    `{"result":{"resultType":"complete","content":[{"text":"${long}`,
    `{"result":{"contents":"${long}"},"id":1`,
  ];
  const other = [
    `{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"${long}`,
    `{"jsonrpc":"2.0","method":"notifications/message","params":{"data":"${long}`,
    `{"jsonrpc":"2.0","params":{"data":"${long}`,
    `{"jsonrpc":"2.0","id":1,"result":{"resultType":"input_required","a":"${long}`,
    `{"jsonrpc":"2.0","id":1,"result":{"inputRequests":{"a":"${long}`,
    `{"jsonrpc":"2.0","id":1,"result":{"requestState":"${long}`,
    `{"jsonrpc":"2.0","id":1,"result":["${long}`,
    `[{"jsonrpc":"2.0","id":1,"result":{"a":"${long}`,
    `<html>${long}`,
  ];

  for (const text of plain) assert.equal(isPlainAnswer(bytesOf(text)), true, text);
  for (const text of other) assert.equal(isPlainAnswer(bytesOf(text)), false, text);
});
