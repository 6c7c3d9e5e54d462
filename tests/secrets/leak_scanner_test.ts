import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { EchoAutomaton } from "../../core/secrets/echo_automaton.ts";
import { echoNeedles, isScannable } from "../../core/secrets/echo_forms.ts";
import { LeakScanner } from "../../core/secrets/leak_scanner.ts";
import { FORMS, holds, KEYS, partsOf, piecesOf } from "../_support/echoes.ts";
import { SeededRandom } from "../_support/seeded_random.ts";

const SEED = 20261126;

Deno.test("a value is taken out in every form, alone and in a JSON string", () => {
  for (const [shape, key] of Object.entries(KEYS)) {
    const random = new SeededRandom(SEED);
    for (const [form, encode] of Object.entries(FORMS)) {
      for (const part of partsOf(key)) {
        const text = encode(part, random);
        const plain = scan(key, `before ${text} after`);
        const inJson = scan(key, JSON.stringify({ text: `before ${text} after`, id: 1 }));

        const what = `${shape} as ${form}`;
        assert.ok(holds(`before ${text} after`, key), `the test is blind to ${what}`);
        assert.ok(!holds(plain, key), `${what}: ${plain}`);
        assert.ok(!holds(inJson, key), `${what}: ${inJson}`);
        assert.match(JSON.parse(inJson).text, /^before .*\[redacted:KEY\].* after$/s, what);
      }
    }
  }
});

Deno.test("a value is replaced with all that it is written with, and nothing else", () => {
  const key = KEYS.quoted;

  assert.equal(scan(key, `<${key}>`), "<[redacted:KEY]>");
  assert.equal(scan(key, JSON.stringify([key, 1])), '["[redacted:KEY]",1]');
  assert.equal(scan(key, `?q=${encodeURIComponent(key)}&x=1`), "?q=[redacted:KEY]&x=1");
  assert.equal(scan(key, `${key}${key}`), "[redacted:KEY][redacted:KEY]");
  assert.equal(scan(key, key.slice(1)), key.slice(1));
});

Deno.test("the part after Bearer is taken out alone, and a password of Basic in the clear", () => {
  assert.equal(scan(KEYS.bearer, "jwt eyJhbGciOiJIUzI1NiJ9.e30.ZRrHA1JJ"), "jwt [redacted:KEY]");
  assert.equal(scan(KEYS.bearer, KEYS.bearer), "[redacted:KEY]");
  assert.equal(scan(KEYS.basic, "hello correct-horse-9!"), "hello [redacted:KEY]!");
});

Deno.test("a value of Latin-1 is found in both of the encodings that it may come back in", () => {
  const latin1 = Buffer.from(KEYS.latin1, "latin1");

  assert.equal(scan(KEYS.latin1, KEYS.latin1), "[redacted:KEY]");
  assert.equal(scan(KEYS.latin1, latin1), "[redacted:KEY]");
  assert.equal(scan(KEYS.latin1, latin1.toString("base64")), "[redacted:KEY]");
  assert.equal(scan(KEYS.latin1, latin1.toString("hex")), "[redacted:KEY]");
});

Deno.test("what stands before or behind a value does not hide it by reading as an escape", () => {
  assert.ok(!scan("nothing-but-a-key", '{"path":"C:\\\\nothing-but-a-key"}').includes("but-a-key"));
  assert.ok(!scan("ab12cd34ef56ab78", "100%ab12cd34ef56ab78").includes("12cd34ef56ab78"));
  assert.ok(!scan("25ab12cd34ef56ab", "100%25ab12cd34ef56ab").includes("12cd34ef56ab"));
  assert.ok(!scan("u0041-0042-0043-0044", "\\u0041-0042-0043-0044").includes("0042-0043"));
  assert.ok(!scan("7;nothing-but-a-key", "&#7;nothing-but-a-key").includes("but-a-key"));
  assert.ok(!scan("5ab12cd34ef56ab78", "%25ab12cd34ef56ab78").includes("12cd34ef56ab78"));
  assert.ok(!scan("ends-with-a-%", "ends-with-a-%41").includes("ends-with"));
});

Deno.test("a number stays JSON: in a string it is redacted there, outside it becomes a string", () => {
  const text = '{"n":4929123456781234,"s":"no 4929123456781234","q\\"":[4929123456781234]}';

  assert.deepEqual(JSON.parse(scan(KEYS.digits, text)), {
    n: "[redacted:KEY]",
    s: "no [redacted:KEY]",
    'q"': ["[redacted:KEY]"],
  });
  assert.deepEqual(
    scan(KEYS.digits, `: it's "\ndata: ${text}\n\n`, true),
    [
      `: it's "\ndata: {"n":"[redacted:KEY]","s":"no [redacted:KEY]",`,
      `"q\\"":["[redacted:KEY]"]}\n\n`,
    ].join(""),
  );
});

Deno.test("a value that is split over lines of an event is taken out, and the event stays one", () => {
  const key = KEYS.plain;
  const [one, two] = [key.slice(0, 9), key.slice(9)];

  for (const end of ["\n", "\r\n", "\r"]) {
    for (const field of ["data: ", "data:"]) {
      const text = `data: ${one}${end}${field}${two}${end}${end}data: next${end}${end}`;
      assert.equal(scan(key, text, true), `data: [redacted:KEY]${end}${end}data: next${end}${end}`);
    }
  }
});

Deno.test("a value is not put together of two events", () => {
  const [one, two] = [KEYS.plain.slice(0, 9), KEYS.plain.slice(9)];

  for (const end of ["\n", "\r\n", "\r"]) {
    const text = `data: ${one}${end}${end}data: ${two}${end}${end}`;
    assert.equal(scan(KEYS.plain, text, true), text);
  }
});

Deno.test("an event is given as soon as it is complete, whatever it ends with", () => {
  for (const key of Object.values(KEYS)) {
    const scanner = scannerFor(key, true);
    for (const end of ["\n\n", "\r\n\r\n", "\r\r"]) {
      for (const last of ["\\", "%4", "&am", "\\u00", key.slice(0, 5), "[redacted"]) {
        const event = Buffer.from(`data: ${last}${end}`);
        const given = scanner.push(event);
        // The last LF of CRLF may come later; the event is over without it.
        assert.equal(Buffer.from(given).toString(), event.toString());
      }
    }
  }
});

Deno.test("what is held is bounded: a value that is stretched further is given up", () => {
  const scanner = scannerFor(KEYS.plain, false);
  let heldBytes = Buffer.byteLength(KEYS.plain);
  scanner.push(Buffer.from(KEYS.plain.slice(0, 20)));

  let most = 0;
  for (let piece = 0; piece < 200; piece++) {
    const bytes = Buffer.from((piece % 2 === 0 ? "\n" : "\\n").repeat(500));
    heldBytes += bytes.length - scanner.push(bytes).length;
    most = Math.max(most, heldBytes);
  }

  assert.ok(most <= 65 * 1024 + 1_000, String(most));
});

Deno.test("what is held is bounded: values that overlap without end are not held", () => {
  const key = "begins-and-ends-with-a-b";
  const scanner = scannerFor(key, false);
  const piece = Buffer.from(key.slice(0, -1).repeat(2_000));
  const before = Deno.memoryUsage().external;

  let given = 0;
  for (let at = 0; at < 1_000; at++) given += scanner.push(piece).length;
  const grownBytes = Deno.memoryUsage().external - before;

  assert.equal(given, 0);
  assert.ok(grownBytes < 16 * 1024 * 1024, `${grownBytes} bytes for ${1_000 * piece.length}`);
  assert.equal(Buffer.from(scanner.end()).toString(), "[redacted:KEY]egins-and-ends-with-a-");
});

Deno.test("what was begun long ago does not hide a value that begins later", () => {
  const key = "ssk_live_51Hq0Kc2eZ";
  for (const gap of ["\n", "\\n"]) {
    for (let bytes = 65_500; bytes < 65_560; bytes++) {
      const text = `s${gap.repeat(bytes / gap.length)}${key} end`;
      assert.ok(!scan(key, text).includes(key), `${gap.length} ${bytes}`);
    }
  }
});

Deno.test("a value is found in base64 and hex of a URL or of JSON that it was written into", () => {
  const { symbols, quoted } = KEYS;
  const texts = [
    [symbols, `https://example.com/mcp?${new URLSearchParams({ code: symbols })}&page=2`],
    [symbols, `https://example.com/mcp?code=${encodeURIComponent(symbols)}`],
    [quoted, JSON.stringify({ headers: { "x-api-key": quoted } })],
  ];

  for (const [key, text] of texts) {
    for (const encoding of ["base64", "base64url", "hex"] as const) {
      assert.match(scan(key, Buffer.from(text).toString(encoding)), /^.+\[redacted:KEY\]/);
    }
  }
});

Deno.test("a backslash in a value is found however JSON writes what stands behind it", () => {
  for (const text of ["a-key\\\\n-more", "a-key\\\\\\u006e-more", "a-key\\u005c\\u006e-more"]) {
    assert.equal(JSON.parse(`"${text}"`), "a-key\\n-more");
    assert.equal(scan("a-key\\n-more", `["${text}"]`), '["[redacted:KEY]"]');
  }
});

Deno.test("a password of Basic is found in the clear when it was in Latin-1", () => {
  const key = `Basic ${Buffer.from("deploy:clé-très-secrète", "latin1").toString("base64")}`;
  assert.equal(scan(key, "hello clé-très-secrète!"), "hello [redacted:KEY]!");
});

Deno.test("a number is not taken for what is left of a short value behind an escape", () => {
  const text = '{"n":[456789,13456789.5,0.456789]}';
  assert.equal(scan("23456789", text), text);
  assert.equal(scan("23456789", '{"n":23456789}'), '{"n":"[redacted:KEY]"}');
});

Deno.test("pieces of any size give what the whole text gives", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...Object.values(KEYS)),
      fc.array(fc.tuple(fc.constantFrom(...Object.keys(FORMS)), fc.string({ maxLength: 12 }))),
      fc.boolean(),
      fc.integer(),
      fc.integer({ min: 1, max: 64 }),
      (key, echoes, isEventStream, seed, maxBytes) => {
        const random = new SeededRandom(seed);
        const line = isEventStream ? "\ndata: " : "";
        const text = echoes.map(([form, noise]) => {
          return `${noise}${line}${FORMS[form](random.pick(partsOf(key)), random)}`;
        }).join("\\");
        const bytes = Buffer.from(text);

        const whole = scan(key, bytes, isEventStream);
        const scanner = scannerFor(key, isEventStream);
        const given = piecesOf(bytes, random, maxBytes).map((piece) => {
          return Buffer.from(scanner.push(piece));
        });
        const pieced = Buffer.concat([...given, scanner.end()]).toString();

        assert.equal(pieced, whole);
        assert.ok(!holds(pieced, key), pieced);
      },
    ),
    { numRuns: 1_500, seed: SEED },
  );
});

Deno.test("any value is taken out in any form, whatever stands around it", () => {
  const noise = fc.string({ unit: fc.constantFrom(...'abc019 "\\%&+-_/=:,{}\n') });
  fc.assert(
    fc.property(
      fc.string({ unit: "grapheme-ascii", minLength: 8, maxLength: 60 }).filter(isScannable),
      fc.constantFrom(...Object.keys(FORMS)),
      noise,
      noise,
      fc.integer(),
      (key, form, before, after, seed) => {
        const random = new SeededRandom(seed);
        const text = `${before} ${FORMS[form](key, random)} ${after}`;

        const out = scan(key, text);
        const inJson = scan(key, JSON.stringify({ text }));

        assert.ok(out.includes("[redacted:KEY]"), out);
        assert.ok(JSON.parse(inJson).text.includes("[redacted:KEY]"), inJson);
      },
    ),
    { numRuns: 800, seed: SEED },
  );
});

Deno.test("several values are told apart, and of one in another the longer gives the name", () => {
  const automaton = new EchoAutomaton(echoNeedles([
    { name: "INNER", value: "inner-key-1" },
    { name: "OUTER", value: "outer-inner-key-1-outer" },
    { name: "OTHER", value: "other-key-2" },
  ]));
  const found: string[] = [];
  const scanner = new LeakScanner(automaton, {
    isEventStream: false,
    onFound: ({ name }) => void found.push(name),
  });

  const text = "inner-key-1 outer-inner-key-1-outer other-key-2";
  const out = Buffer.concat([scanner.push(Buffer.from(text)), scanner.end()]).toString();

  assert.equal(out, "[redacted:INNER] [redacted:OUTER] [redacted:OTHER]");
  assert.deepEqual(found.sort(), ["INNER", "INNER", "OTHER", "OUTER"]);
});

Deno.test("a value in a template is looked for alone, and with it when it is too short alone", () => {
  const long = echoNeedles([{
    name: "K",
    value: "the-long-value",
    filled: "Token the-long-value",
  }]);
  const short = echoNeedles([{ name: "K", value: "short", filled: "Token short" }]);

  const first = ([{ bytes }]: typeof long) => Buffer.from(bytes).toString();
  assert.equal(first(long), "the+long+value");
  assert.equal(first(short), "Token+short");
  assert.ok(long.every(({ bytes }) => !Buffer.from(bytes).toString().includes("Token")));
});

const automata = new Map<string, EchoAutomaton>();

function scannerFor(key: string, isEventStream: boolean): LeakScanner {
  const known = automata.get(key);
  const automaton = known ?? new EchoAutomaton(echoNeedles([{ name: "KEY", value: key }]));
  automata.set(key, automaton);
  return new LeakScanner(automaton, { isEventStream, onFound: () => {} });
}

function scan(key: string, text: string | Uint8Array, isEventStream = false): string {
  const scanner = scannerFor(key, isEventStream);
  const given = Buffer.from(scanner.push(Buffer.from(text)));
  return Buffer.concat([given, scanner.end()]).toString();
}
