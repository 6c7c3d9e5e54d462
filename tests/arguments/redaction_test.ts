import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { keepableArguments } from "../../core/arguments/keepable_arguments.ts";
import { redactArguments } from "../../core/arguments/redact_arguments.ts";
import { redactText } from "../../core/arguments/redact_text.ts";
import { isSensitiveName } from "../../core/arguments/sensitive_names.ts";
import { Plaintext } from "../../core/secrets/plaintext.ts";
import { newAdminTokenText, newTokenText } from "../../core/tokens/token_text.ts";
import type { Injection } from "../../core/upstream/upstream.ts";
import { withoutValuesOf } from "../../core/upstream/searched_values.ts";
import { FORMS, holds, KEYS, partsOf } from "../_support/echoes.ts";
import { SeededRandom } from "../_support/seeded_random.ts";

const SEED = 20261127;
const RULE = { kind: "header" as const, name: "X-Key", template: "{{value}}" };

const known = new Map<string, Injection[]>();

/** What a server is given; the same for the same key, as in a process. */
function searchedFor(key: string): Injection[] {
  const searched = known.get(key) ?? [{ name: "KEY", rule: RULE, value: new Plaintext(key) }];
  known.set(key, searched);
  return searched;
}

/** What is kept of arguments for a server that is given one key. */
function kept(args: unknown, key: string, { maxBytes = 16_384, redact = [] as string[] } = {}) {
  const searched = searchedFor(key);
  const json = keepableArguments(args, { maxBytes, redact }, (text) => {
    return withoutValuesOf({ searched }, text);
  });
  return Buffer.from(json).toString();
}

/** Puts a text somewhere into arguments, with other things beside and around it. */
const PLACES: Record<string, (text: string) => unknown> = {
  "a value": (text) => ({ text: `before ${text} after` }),
  "a list in an object": (text) => ({ rows: [1, [true, { note: text }]] }),
  "a name": (text) => ({ [text]: 1, other: 2 }),
  "JSON in a text": (text) => ({ body: JSON.stringify({ items: [{ note: text }] }) }),
  "a text of its own": (text) => text,
  "behind a long text": (text) => ({ body: "x".repeat(3_000) + text, rest: text }),
};

Deno.test("no value of the server survives, in any form, at any place, at any size", () => {
  const random = new SeededRandom(SEED);
  for (const [shape, key] of Object.entries(KEYS)) {
    for (const [form, encode] of Object.entries(FORMS)) {
      const text = encode(random.pick(partsOf(key)), random);
      for (const [place, put] of Object.entries(PLACES)) {
        const what = `${shape} as ${form} in ${place}`;
        const args = put(text);
        // Escaped once more than anybody looks for.
        if (form === "json three times" && place === "JSON in a text") continue;
        assert.ok(holds(JSON.stringify(args), key), `the test is blind to ${what}`);
        for (const maxBytes of [256, 16_384]) {
          const json = kept(args, key, { maxBytes });
          assert.ok(!holds(json, key), `${what}: ${json}`);
          JSON.parse(json);
        }
      }
    }
  }
});

Deno.test("no value of the server survives in arguments of any shape (property)", () => {
  const random = new SeededRandom(SEED);
  const secret = fc.constantFrom(...Object.values(KEYS)).chain((key) => {
    return fc.constantFrom(...Object.values(FORMS)).map((encode) => ({
      key,
      text: encode(key, random),
    }));
  });
  const property = fc.property(
    secret,
    fc.jsonValue({ maxDepth: 3, noUnicodeString: false } as fc.JsonSharedConstraints),
    fc.array(fc.string({ maxLength: 8 }), { maxLength: 5 }),
    fc.integer({ min: 256, max: 4_096 }),
    ({ key, text }, other, path, maxBytes) => {
      const inside = path.reduce<unknown>((value, name) => ({ [name]: value, other }), [
        text,
        other,
      ]);
      const json = kept({ inside, other }, key, { maxBytes });
      assert.ok(!holds(json, key), json);
      assert.ok(Buffer.byteLength(json) <= maxBytes);
      JSON.parse(json);
    },
  );
  fc.assert(property, { seed: SEED, numRuns: 80 });
});

Deno.test("no beginning of a value is left where a long text is cut in the middle of it", () => {
  for (const key of [KEYS.plain, KEYS.long]) {
    for (let before = 0; before < 60; before++) {
      const json = kept({ text: "x".repeat(before) + key + "y".repeat(500) }, key, {
        maxBytes: 256,
      });
      assert.ok(!json.includes(key.slice(0, 6)), json);
    }
  }
});

Deno.test("a key that is JSON, or that reads across the borders of JSON, does not survive", () => {
  const account = JSON.stringify({ type: "service_account", client: "robot-7", zone: "north" });
  const across = 'one","two';

  assert.equal(JSON.parse(kept({ key: JSON.parse(account) }, account)).key, "[redacted:KEY]");
  assert.ok(!kept({ key: account }, account).includes("robot-7"));
  for (const args of [{ list: ["one", "two"] }, { one: "two" }, { text: across }]) {
    JSON.parse(kept(args, across));
  }
  assert.ok(!holds(kept({ text: across }, across), across));
});

Deno.test("a value under a sensitive name is redacted at any depth, whatever it is (property)", () => {
  const names = ["password", "apiKey", "X-Api-Key", "API_KEY", "client_secret", "userPassword"];
  const more = ["Authorization", "cookie", "private_key", "db.credentials", "ACCESSTOKEN", "auth"];
  const value = fc.oneof(
    fc.string({ minLength: 1 }),
    fc.integer({ min: 1_000 }),
    fc.array(fc.string({ minLength: 1 }), { minLength: 1 }),
    fc.dictionary(fc.string(), fc.string({ minLength: 1 }), { minKeys: 1 }),
  );
  const step = fc.constantFrom("list", "object", "text");
  const property = fc.property(
    fc.constantFrom(...names, ...more),
    value,
    fc.array(step, { maxLength: 8 }),
    (name, hidden, steps) => {
      let texts = 0;
      const wrap = (inner: unknown, kind: string) => {
        if (kind === "list") return [0, inner];
        if (kind === "object" || ++texts > 3) return { outer: inner };
        return { body: JSON.stringify(inner) };
      };
      const args = steps.reduce<unknown>(wrap, { [name]: hidden, kept: "stays" });

      const clean = JSON.stringify(redactArguments(args, []));

      const whole = JSON.stringify(args);
      const mark = (text: string) => text.replaceAll("\\", "");
      const own = mark(JSON.stringify({ [name]: hidden }).slice(1, -1));
      assert.ok(mark(whole).includes(own), "the test is blind");
      assert.ok(!mark(clean).includes(own), clean);
      assert.ok(mark(clean).includes(`"${name}":"[redacted]"`), clean);
      assert.ok(clean.includes("stays"));
    },
  );
  fc.assert(property, { seed: SEED, numRuns: 500 });
});

Deno.test("what is no secret stays as it was", () => {
  const args = {
    query: "how do tokens work?",
    max_tokens: 4_096,
    tokenizer: "cl100k",
    secretary: "Dana Fox",
    author: "Alice Chen",
    has_password: true,
    token: null,
    page: 3,
    body: '{ "a": [1, 2],  "b": "as it was written" }',
    sql: "SELECT password, id FROM users WHERE name = 'Bob'",
    design: "significant",
    file: "heyJude.mp3 and eyJ",
    text: "Basic knowledge of bearer authentication: see https://example.com/a?b=c",
    exact: JSON.parse("[0.1, -0, 1e21]"),
  };

  assert.deepEqual(
    JSON.parse(JSON.stringify(redactArguments(args, []))),
    JSON.parse(JSON.stringify(args)),
  );
});

Deno.test("lists of names and values, and pairs of them, are read as what they are", () => {
  const args = {
    headers: [["Authorization", "abc"], ["Accept", "text/html"]],
    env: [{ name: "DB_PASSWORD", value: "hunter2" }, { name: "HOME", value: "/root" }],
    params: [{ key: "api_key", val: 12345 }],
  };

  assert.deepEqual(JSON.parse(JSON.stringify(redactArguments(args, []))), {
    headers: [["Authorization", "[redacted]"], ["Accept", "text/html"]],
    env: [{ name: "DB_PASSWORD", value: "[redacted]" }, { name: "HOME", value: "/root" }],
    params: [{ key: "api_key", val: "[redacted]" }],
  });
});

Deno.test("a workspace's patterns mean a name at any depth, or the names that lead to it", () => {
  const args = {
    email: "a@example.com",
    user: { Email: "b@example.com", name: "Bob", id: [{ number: 7 }] },
    customer: { address: { city: "Bern" }, notes: ["x"] },
  };
  const clean = (...patterns: string[]) =>
    JSON.parse(JSON.stringify(redactArguments(args, patterns)));

  assert.equal(clean("EMAIL").email, "[redacted]");
  assert.equal(clean("email").user.Email, "[redacted]");
  assert.equal(clean("*.email").email, "a@example.com");
  assert.equal(clean("*.email").user.Email, "[redacted]");
  assert.deepEqual(clean("customer.*").customer, { address: "[redacted]", notes: "[redacted]" });
  assert.deepEqual(clean("user.id.number").user.id, [{ number: "[redacted]" }]);
  assert.deepEqual(clean("nothing"), args);
});

const PEM = [
  "-----BEGIN RSA PRIVATE KEY-----",
  "MIIEowIBAAKCAQEAqwertyuiop",
  "-----END RSA PRIVATE KEY-----",
].join("\n");
const JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/** Texts with the part of each that must not stay. */
const TEXTS: [text: string, secret: string][] = [
  ["my token mwt_alice_Ab3dEf6hIj9lMn2pQr5tUv8xYz1bCd4fGh7, please", "Ab3dEf6hIj9lMn2pQr5tUv8xYz1"],
  ["aat_Ab3dEf6hIj9lMn2pQr5tUv8xYz1bCd4fGh7", "Ab3dEf6hIj9lMn2pQr5tUv8xYz1"],
  [`it says ${JWT} there`, "dBjftJeZ4CVP"],
  [`file-${JWT}`, "eyJzdWIiOiIxIn0"],
  [`a.b.${JWT}.x.y.z`, "dBjftJeZ4CVP"],
  ["eyJaaaa-".repeat(20_000) + JWT, "dBjftJeZ4CVP"],
  [`before ${PEM} after`, "MIIEowIBAAKCAQEA"],
  [PEM.slice(0, 50), "MIIEowIBAAKC"],
  ["curl -H 'Authorization: Bearer s3cr3t-value' https://example.com", "s3cr3t-value"],
  ["curl -u admin:hunter2 https://example.com", "hunter2"],
  ["Bearer 0123456789abcdef", "0123456789abcdef"],
  ["Basic ZGVwbG95Omh1bnRlcjI=", "ZGVwbG95Omh1bnRlcjI"],
  ["Cookie: session=abc; theme=dark", "abc"],
  ["postgres://deploy:hunter2@db.example.com/app", "hunter2"],
  ["https://example.com/v1?api_key=abc123&x=1", "abc123"],
  ["https://example.com/v1?access%5Ftoken=abc123&x=1", "abc123"],
  ["DB_PASSWORD=hunter2\nHOME=/root", "hunter2"],
  ["password: 'correct horse battery'", "horse"],
  ['const apiKey = "abc \\" def";', "def"],
  ['{\\"password\\": \\"a b c\\", \\"x\\": 1} and more', "a b c"],
  ["deploy --db-password hunter2 --verbose", "hunter2"],
  ["<user><password>hunter2</password></user>", "hunter2"],
  ["a=1&user%5Bpassword%5D=hunter2", "hunter2"],
  ["options = 'Server=db;Password=hunter2;x'", "hunter2"],
  ["ghp_0123456789abcdefghij0123456789abcdef", "0123456789abcdefghij"],
  ["sk_live_51Hq0Kc2eZvKYlo2C", "51Hq0Kc2eZvKYlo2C"],
  ["AKIAIOSFODNN7EXAMPLE", "IOSFODNN7"],
  ["xoxb-123456789012-abcdef", "123456789012"],
  ["https://b.s3.example.com/k?X-Amz-Signature=0a1b2c&x=1", "0a1b2c"],
  ["https://b.storage.example.com/o?X-Goog-Signature=0a1b2c", "0a1b2c"],
  ["https://a.blob.example.com/c/b?sv=2022-11-02&sig=0a1b%2Bc%3D", "0a1b"],
  ["https://hooks.slack.com/services/T0AB/B0CD/x1y2z3", "x1y2z3"],
  ["https://discord.com/api/webhooks/1234/x1y2z3", "x1y2z3"],
  ["ALTER USER app WITH PASSWORD 'it''s hunter2'; SELECT 1", "hunter2"],
  ['create user app identified by "hunter2"', "hunter2"],
];

Deno.test("what people paste into texts is found by how it looks", () => {
  for (const [text, secret] of TEXTS) {
    assert.ok(text.includes(secret) || text.length === 50, text);
    const clean = redactText(text);
    assert.ok(!clean.includes(secret), `${text} became ${clean}`);
    assert.ok(clean.includes("[redacted]"), clean);
  }
  for (const token of [newTokenText("Alice Chen"), newAdminTokenText()]) {
    assert.equal(redactText(`(${token})`), "([redacted])");
  }
});

Deno.test("what stands around a secret in a text stays", () => {
  assert.equal(redactText("a=1&password=x&b=2"), "a=1&password=[redacted]&b=2");
  assert.equal(redactText("<token>x</token><b>2</b>"), "<token>[redacted]</token><b>2</b>");
  assert.equal(redactText(`a ${PEM} b`), "a [redacted] b");
  assert.equal(redactText("x://u:p@host/path"), "x://[redacted]@host/path");
  assert.equal(redactText("if (token > limit) stop();"), "if (token > limit) stop();");
});

Deno.test("two names that are redacted are still two fields", () => {
  const names = [newTokenText("Alice"), newTokenText("Bob")];

  const clean = redactArguments({ [names[0]]: 1, [names[1]]: 2 }, []);

  assert.deepEqual(Object.values(clean as object), [1, 2]);
  assert.ok(names.every((name) => !JSON.stringify(clean).includes(name)));
});

Deno.test("arguments that are nested deeper than is kept say so, and nothing deeper stays", () => {
  let args: unknown = { password: "hunter2", note: "deep" };
  for (let depth = 0; depth < 900; depth++) args = { a: args };

  const json = kept(args, KEYS.plain);

  assert.match(json, /nested deeper than 24/);
  assert.ok(!json.includes('deep"') && !json.includes("hunter2"));
});

Deno.test("a name is sensitive however it is written, and a word that only holds one is not", () => {
  for (
    const name of [
      "PASSWORD",
      "pass-word_hash".replace("-", ""),
      "ｐａｓｓｗｏｒｄ",
      "x.token",
      "myAuth",
    ]
  ) {
    assert.ok(isSensitiveName(name), name);
  }
  for (
    const name of ["author", "bypass", "compass", "monkey", "secretary", "tokenize", "spin", "key"]
  ) {
    assert.ok(!isSensitiveName(name), name);
  }
});
