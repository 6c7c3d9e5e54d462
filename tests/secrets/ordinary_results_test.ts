import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { EchoAutomaton } from "../../core/secrets/echo_automaton.ts";
import { echoNeedles } from "../../core/secrets/echo_forms.ts";
import { LeakScanner } from "../../core/secrets/leak_scanner.ts";
import { KEYS, piecesOf } from "../_support/echoes.ts";
import { SeededRandom } from "../_support/seeded_random.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const SEED = 20261126;

/** As keys of well-known services look, and what people make up themselves. */
const SECRETS = [
  ...Object.values(KEYS),
  "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
  "xoxb-123456789012-1234567890123-AbCdEfGhIjKlMnOpQrStUvWx",
  "AKIAIOSFODNN7EXAMPLE",
  "Bearer sk-proj-Ab3dEf6hIj9kLm2nOp5qRs8tUv1wXy4z",
  "d41d8cd98f00b204e9800998ecf8427f",
  "550e8400-e29b-41d4-a716-446655440000",
  "tr0ub4dor&3",
  "00000001-secret",
];

Deno.test("nothing is taken out of ordinary results, whole or in pieces", async () => {
  const needles = echoNeedles(SECRETS.map((value, at) => ({ name: `KEY_${at}`, value })));
  const automaton = new EchoAutomaton(needles);
  const random = new SeededRandom(SEED);
  let sizeBytes = 0;

  for (const [what, text] of await corpus()) {
    for (const form of [text, JSON.stringify({ text }), JSON.stringify(JSON.stringify(text))]) {
      const bytes = Buffer.from(form);
      const found: string[] = [];
      const scanner = new LeakScanner(automaton, {
        isEventStream: false,
        onFound: ({ name }) => void found.push(name),
      });

      const given = piecesOf(bytes, random, 4_000).map((piece) => Buffer.from(scanner.push(piece)));
      const out = Buffer.concat([...given, scanner.end()]);

      assert.deepEqual(found, [], what);
      assert.ok(bytes.equals(out), what);
      sizeBytes += bytes.length;
    }
  }
  assert.ok(sizeBytes > 5_000_000, `the corpus has only ${sizeBytes} bytes`);
});

/** Texts as tools give them, the same in every run. */
async function corpus(): Promise<Map<string, string>> {
  const random = new SeededRandom(SEED);
  const texts = new Map<string, string>();
  texts.set(
    "records",
    JSON.stringify(Array.from({ length: 2_000 }, (_, at) => record(at, random))),
  );
  texts.set(
    "images",
    JSON.stringify({ data: Buffer.from(noise(300_000, random)).toString("base64") }),
  );
  texts.set("digests", Array.from({ length: 5_000 }, (_, at) => digest(at)).join("\n"));
  texts.set("ids", Array.from({ length: 5_000 }, () => uuid(random)).join(","));
  texts.set("numbers", Array.from({ length: 20_000 }, () => random.whole(0, 2 ** 31)).join(" "));
  texts.set("scripts", Array.from({ length: 20_000 }, () => letter(random)).join(""));
  texts.set("links", Array.from({ length: 2_000 }, () => link(random)).join("\n"));
  for (const file of ["README.md", "ARCHITECTURE.md", "deno.lock", "deno.json", "LICENSE"]) {
    texts.set(file, await Deno.readTextFile(ROOT + file));
  }
  for (const folder of ["core/gateway", "core/upstream", "static"]) {
    for await (const { name, isFile } of Deno.readDir(ROOT + folder)) {
      if (isFile) {
        texts.set(`${folder}/${name}`, await Deno.readTextFile(`${ROOT}${folder}/${name}`));
      }
    }
  }
  return texts;
}

function record(at: number, random: SeededRandom) {
  return {
    id: at,
    name: `User ${at}`,
    email: `user.${at}@example.com`,
    url: link(random),
    note: 'Said "hello",\nthen left\tvia C:\\new\\users & 100% of <b>it</b>.',
    score: random.next() * 1e6,
    tags: ["a-b", "c_d", "e/f", "g+h"],
    at: new Date(random.whole(0, 2 ** 31) * 1000).toISOString(),
  };
}

function noise(length: number, random: SeededRandom): Uint8Array {
  return Uint8Array.from({ length }, () => random.whole(0, 255));
}

function digest(at: number): string {
  return createHash(at % 2 === 0 ? "sha256" : "md5").update(`text ${at}`).digest("hex");
}

function uuid(random: SeededRandom): string {
  const hex = Buffer.from(noise(16, random)).toString("hex");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** A character of one of many scripts. */
function letter(random: SeededRandom): string {
  const [from, to] = random.pick([
    [0x20, 0x7e],
    [0xc0, 0x24f],
    [0x391, 0x3c9],
    [0x410, 0x44f],
    [0x5d0, 0x5ea],
    [0x620, 0x64a],
    [0x905, 0x939],
    [0x4e00, 0x9fff],
    [0xac00, 0xd7a3],
    [0x1f600, 0x1f64f],
  ]);
  return String.fromCodePoint(random.whole(from, to));
}

function link(random: SeededRandom): string {
  const query = new URLSearchParams({
    q: `${letter(random)} & ${random.whole(1, 999)}%`,
    page: "2",
  });
  return `https://example.com/a-b_c/${encodeURIComponent(letter(random))}?${query}`;
}
