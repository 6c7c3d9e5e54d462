import assert from "node:assert/strict";
import fc from "fast-check";
import { checkInjection, injectionWarnings } from "../../core/secrets/injection_rule.ts";
import type { InjectionRule } from "../../core/secrets/secret.ts";

const FIELDS = { name: "injection.name", value: "value" };
const VALUE = "sk-live-1234";

Deno.test("checkInjection() takes ordinary headers and query parameters", () => {
  const rules: InjectionRule[] = [
    { kind: "header", name: "X-API-Key" },
    { kind: "header", name: "Authorization" },
    { kind: "header", name: "API_KEY" },
    { kind: "query", name: "api_key" },
    { kind: "query", name: "host" },
  ];

  for (const rule of rules) check(rule);
});

Deno.test("checkInjection() refuses headers that the protocol owns, in any case", () => {
  const owned = "Host content-length Content-Type Content-Encoding TRANSFER-ENCODING Connection " +
    "Keep-Alive Proxy-Authorization Proxy-Connection TE Trailer Upgrade Accept Accept-Encoding " +
    "Expect Cookie Set-Cookie Origin Mcp-Session-Id MCP-Protocol-Version mcp-method " +
    "Last-Event-ID Sec-Fetch-Mode If-None-Match Via Forwarded Range";

  for (const name of owned.split(" ")) {
    assert.throws(() => check({ kind: "header", name }), {
      code: "invalid_input",
      field: "injection.name",
      message: new RegExp(`"${name}" belongs to the protocol.*choose another`),
    });
  }
});

Deno.test("checkInjection() refuses names that are no RFC 9110 token", () => {
  const wrong = ["", "X API", "X:API", "X-Ключ", "X\r\nHost", "(x)", "x".repeat(101)];

  for (const name of wrong) {
    assert.throws(() => check({ kind: "header", name }), { field: "injection.name" });
  }
  for (const name of ["", "a b", "a\nb", "ключ"]) {
    assert.throws(() => check({ kind: "query", name }), { field: "injection.name" });
  }
});

Deno.test("checkInjection() refuses header values that do not arrive as they are", () => {
  const rule: InjectionRule = { kind: "header", name: "X-API-Key" };
  const wrong = [
    " key",
    "key ",
    "key\n",
    "a\r\nb",
    "a\0b",
    "a\tb",
    "a\x7fb",
    "a\x80b",
    "ключ",
    "🔑",
  ];

  for (const value of wrong) {
    assert.throws(() => check(rule, value), (error: Error) => {
      assert.ok(!error.message.includes(value), "the value is in the message");
      return "field" in error && error.field === "value";
    });
  }
});

Deno.test("checkInjection() takes no header value that fetch would change or refuse", () => {
  const rule: InjectionRule = { kind: "header", name: "X-API-Key" };

  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: "binary" }), (value) => {
      try {
        check(rule, value);
      } catch {
        return;
      }
      assert.equal(new Headers({ "X-API-Key": value }).get("X-API-Key"), value);
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("checkInjection() lets a query carry any well-formed text", () => {
  const rule: InjectionRule = { kind: "query", name: "api_key" };

  check(rule, " ключ 🔑\n");
  assert.throws(() => check(rule, "\ud800"), { field: "value" });
});

Deno.test("checkInjection() refuses the place of another secret, naming it", () => {
  const others = [
    { name: "FIRST", injection: { kind: "header" as const, name: "X-API-Key" } },
    { name: "SECOND", injection: { kind: "query" as const, name: "key" } },
  ];

  const header: InjectionRule = { kind: "header", name: "x-api-key" };
  assert.throws(() => check(header, VALUE, others), { code: "conflict", message: /"FIRST"/ });
  const query: InjectionRule = { kind: "query", name: "key" };
  assert.throws(() => check(query, VALUE, others), { code: "conflict", message: /"SECOND"/ });
  check({ kind: "query", name: "KEY" }, VALUE, others);
  check({ kind: "header", name: "key" }, VALUE, others);
});

Deno.test("injectionWarnings() says that nginx drops header names with _", () => {
  const [warning] = injectionWarnings({ kind: "header", name: "API_KEY" });

  assert.match(warning, /nginx drops .*underscores_in_headers.*"API-KEY"/);
  assert.deepEqual(injectionWarnings({ kind: "header", name: "API-KEY" }), []);
  assert.deepEqual(injectionWarnings({ kind: "query", name: "api_key" }), []);
});

function check(
  rule: InjectionRule,
  value = VALUE,
  others: Parameters<typeof checkInjection>[0]["others"] = [],
): void {
  checkInjection({ rule, value, others, fields: FIELDS });
}
