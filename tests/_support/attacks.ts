import { type Attack, head, jsonBody, type Piece } from "./adversary.ts";

/** What the failure of a call says about its server. */
interface Expected extends Attack {
  /** The named failure. */
  says: RegExp;
  /** Whether a stream goes on behind it. */
  isPassedOver?: boolean;
}

const NOT_RPC = /answered with something that is not JSON-RPC/;
const OTHER_ID = /answered another request than the one it was asked/;
const BROKEN = /closed the connection or could not be reached/;
const LIMIT = /sent an answer of more than 64 Mi characters/;
const DEEP = /sent an answer that is nested deeper than 1000/;
const GOOD = '"result":{"resultType":"complete","content":[]}';

/** Messages that are no answer to what was asked, or should not be read. */
export const MESSAGE_ATTACKS: readonly Expected[] = [
  {
    name: "nests arrays 100,000 deep",
    says: DEEP,
    message: (id) => [
      `{"jsonrpc":"2.0","id":${id},"result":{"content":[],"deep":`,
      "[".repeat(100_000) + "]".repeat(100_000),
      "}}",
    ],
  },
  {
    name: "nests objects 100,000 deep, and numbers that are kept as they are",
    says: DEEP,
    message: (id) => [
      `{"jsonrpc":"2.0","id":${id},"result":{"content":[],"exact":1e400,"deep":`,
      '{"a":'.repeat(100_000) + "1" + "}".repeat(100_000),
      "}}",
    ],
  },
  {
    name: "nests more than a large answer may, from its beginning on",
    says: DEEP,
    message: (id) => [
      `{"jsonrpc":"2.0","id":${id},"result":{"content":[],"deep":`,
      "[".repeat(1_000_000) + "]".repeat(1_000_000),
      "}}",
    ],
  },
  {
    name: "sends what is no UTF-8",
    says: /sent text that is not UTF-8/,
    message: (id) => [
      `{"jsonrpc":"2.0","id":${id},"result":{"content":[{"type":"text","text":"`,
      Uint8Array.of(0xff, 0xfe, 0xc3, 0x28),
      '"}]}}',
    ],
  },
  {
    name: "sends NUL bytes",
    says: NOT_RPC,
    isPassedOver: true,
    message: (id) => [`{"jsonrpc":"2.0","id":${id},\0${GOOD}}\0`],
  },
  {
    name: "answers under the same id as a text",
    says: OTHER_ID,
    isPassedOver: true,
    message: (id) => [`{"jsonrpc":"2.0","id":"${id.replaceAll('"', "")}0",${GOOD}}`],
  },
  {
    name: "answers under an id of its own",
    says: OTHER_ID,
    isPassedOver: true,
    message: () => [`{"jsonrpc":"2.0","id":987654,${GOOD}}`],
  },
  {
    name: "answers under no id",
    says: NOT_RPC,
    isPassedOver: true,
    message: () => [`{"jsonrpc":"2.0",${GOOD}}`],
  },
  {
    name: "answers under a broken number",
    says: NOT_RPC,
    isPassedOver: true,
    message: () => [`{"jsonrpc":"2.0","id":1.5,${GOOD}}`],
  },
  {
    name: "answers both well and badly",
    says: NOT_RPC,
    isPassedOver: true,
    message: (id) => [`{"jsonrpc":"2.0","id":${id},${GOOD},"error":{"code":1,"message":"no"}}`],
  },
  {
    name: "answers neither well nor badly",
    says: NOT_RPC,
    isPassedOver: true,
    message: (id) => [`{"jsonrpc":"2.0","id":${id}}`],
  },
  {
    name: "answers with a result that is a list",
    says: NOT_RPC,
    isPassedOver: true,
    message: (id) => [`{"jsonrpc":"2.0","id":${id},"result":[]}`],
  },
  {
    name: "answers with an error of no shape",
    says: NOT_RPC,
    isPassedOver: true,
    message: (id) => [`{"jsonrpc":"2.0","id":${id},"error":"no"}`],
  },
  {
    name: "speaks another version of JSON-RPC",
    says: NOT_RPC,
    isPassedOver: true,
    message: (id) => [`{"jsonrpc":"1.0","id":${id},${GOOD}}`],
  },
  {
    name: "answers with a batch of more than 100",
    says: NOT_RPC,
    isPassedOver: true,
    message: (id) => [
      `[${Array.from({ length: 101 }, () => `{"jsonrpc":"2.0","id":${id},${GOOD}}`).join()}]`,
    ],
  },
  { name: "answers with an empty batch", says: NOT_RPC, isPassedOver: true, message: () => ["[]"] },
  {
    name: "sends back the request",
    says: OTHER_ID,
    isPassedOver: true,
    message: (id) => [`{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{}}`],
  },
];

/** Answers that break HTTP, or use what of it nobody should. */
export const WIRE_ATTACKS: readonly Expected[] = [
  {
    name: "sends an endless body",
    says: LIMIT,
    wire: () => endless(head("application/json") + '{"jsonrpc":"2.0","a":"', "x".repeat(65_536)),
  },
  {
    name: "sends a gzip bomb",
    says: LIMIT,
    wire: () => [head("application/json", "content-encoding: gzip"), BOMB],
  },
  {
    name: "sends an endless header",
    says: BROKEN,
    wire: () => endless("HTTP/1.1 200 OK\r\nx-long: ", "x".repeat(65_536)),
  },
  {
    name: "sends headers without end",
    says: BROKEN,
    wire: () => endless("HTTP/1.1 200 OK\r\n", `x-many: ${"x".repeat(100)}\r\n`.repeat(500)),
  },
  {
    name: "sends a header of 1 MB",
    says: BROKEN,
    wire: (id) => jsonBody([`{"jsonrpc":"2.0","id":${id},${GOOD}}`], `x-long: ${"x".repeat(1e6)}`),
  },
  {
    name: "announces more than it sends",
    says: BROKEN,
    wire: (id) => jsonBody([`{"jsonrpc":"2.0","id":${id},${GOOD}}`], "content-length: 100000"),
  },
  {
    name: "announces less than it sends",
    says: NOT_RPC,
    wire: (id) => jsonBody([`{"jsonrpc":"2.0","id":${id},${GOOD}}`], "content-length: 20"),
  },
  {
    name: "announces 10 GB",
    says: BROKEN,
    wire: () => jsonBody(['{"jsonrpc"'], "content-length: 10000000000"),
  },
  {
    name: "announces two lengths",
    says: BROKEN,
    wire: (id) =>
      jsonBody(
        [`{"jsonrpc":"2.0","id":${id},${GOOD}}`],
        "content-length: 20",
        "content-length: 30",
      ),
  },
  {
    name: "answers HTTP 101 and something else",
    says: /answered with nothing \(HTTP 101\)|closed the connection/,
    wire: () => [
      "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n",
      "garbage",
    ],
  },
  {
    name: "answers HTTP 100 and nothing else",
    says: BROKEN,
    wire: () => ["HTTP/1.1 100 Continue\r\n\r\n".repeat(50)],
  },
  ...[204, 205].map((status) => ({
    name: `answers HTTP ${status}`,
    says: new RegExp(`answered with nothing \\(HTTP ${status}\\), which is not MCP`),
    wire: () => [`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`],
  })),
  {
    name: "answers HTTP 407 and asks for a proxy's password",
    says: /^Server "bad" /,
    wire: () => [
      "HTTP/1.1 407 No\r\nproxy-authenticate: Basic realm=x\r\n" +
      "content-length: 0\r\nconnection: close\r\n\r\n",
    ],
  },
  {
    name: "answers HTTP 403 with a challenge",
    says: /refused the gateway's credentials \(HTTP 403\)/,
    wire: () => [
      "HTTP/1.1 403 No\r\nwww-authenticate: Bearer scope=all\r\ncontent-length: 0\r\n" +
      "connection: close\r\n\r\n",
    ],
  },
  {
    name: "answers HTTP 999",
    says: /^Server "bad" /,
    wire: () => ["HTTP/1.1 999 What\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"],
  },
  {
    name: "speaks no HTTP",
    says: BROKEN,
    wire: () => ["220 mail.example.com ESMTP\r\n"],
  },
  {
    name: "names two types of its body",
    says: /^Server "bad" /,
    wire: () => jsonBody(["<html>"], "content-type: text/html"),
  },
];

function* endless(beginning: string, more: string): Generator<Piece> {
  const bytes = new TextEncoder().encode(more);
  yield beginning;
  for (;;) yield bytes;
}

const BOMB = await (async () => {
  const piece = new Uint8Array(1024 * 1024).fill(0x20);
  const zip = new CompressionStream("gzip");
  const packed = new Response(zip.readable).bytes();
  const writer = zip.writable.getWriter();
  for (let at = 0; at < 160; at++) await writer.write(piece);
  await writer.close();
  return await packed;
})();
