import assert from "node:assert/strict";
import fc from "fast-check";
import { checkRules, injectionWarnings } from "../../core/secrets/injection_rule.ts";
import type { InjectionRule } from "../../core/secrets/secret.ts";

const FIELDS = { rules: (at: number) => `rules.${at}`, value: "value" };
const VALUE = "sk-live-1234";

Deno.test("checkRules() takes ordinary headers and query parameters", () => {
  const rules: InjectionRule[] = [
    { kind: "header", name: "X-API-Key" },
    { kind: "header", name: "Authorization" },
    { kind: "header", name: "API_KEY" },
    { kind: "query", name: "api_key" },
    { kind: "query", name: "host" },
  ];

  for (const rule of rules) check(rule);
});

Deno.test("checkRules() refuses headers that the protocol owns, in any case", () => {
  const owned = "Host content-length Content-Type Content-Encoding TRANSFER-ENCODING Connection " +
    "Keep-Alive Proxy-Authorization Proxy-Connection TE Trailer Upgrade Accept Accept-Encoding " +
    "Expect Cookie Set-Cookie Origin Mcp-Session-Id MCP-Protocol-Version mcp-method " +
    "Last-Event-ID Sec-Fetch-Mode If-None-Match Via Forwarded Range";

  for (const name of owned.split(" ")) {
    assert.throws(() => check({ kind: "header", name }), {
      code: "invalid_input",
      field: "rules.0",
      message: new RegExp(`"${name}" belongs to the protocol.*choose another`),
    });
  }
});

Deno.test("checkRules() refuses names that are no RFC 9110 token", () => {
  const wrong = ["", "X API", "X:API", "X-Ключ", "X\r\nHost", "(x)", "x".repeat(101)];

  for (const name of wrong) {
    assert.throws(() => check({ kind: "header", name }), { field: "rules.0" });
  }
  for (const name of ["", "a b", "a\nb", "ключ", "key=", "a&b"]) {
    assert.throws(() => check({ kind: "query", name }), { field: "rules.0" });
  }
});

Deno.test("checkRules() does not repeat a value that was written behind a name", () => {
  const wrong: InjectionRule[] = [
    { kind: "header", name: "Authorization: Bearer a-secret" },
    { kind: "header", name: "X-Key a-secret" },
    { kind: "query", name: "api_key=a-secret" },
    { kind: "query", name: "key a-secret" },
  ];

  for (const rule of wrong) {
    assert.throws(() => check(rule), (error: Error) => {
      assert.match(error.message, /^"[A-Za-z_-]+…" is not a /);
      assert.ok(!error.message.includes("secret"), error.message);
      return true;
    });
  }
});

Deno.test("checkRules() refuses header values that do not arrive as they are", () => {
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

Deno.test("checkRules() takes no header value that fetch would change or refuse", () => {
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

Deno.test("checkRules() lets a query carry any well-formed text", () => {
  const rule: InjectionRule = { kind: "query", name: "api_key" };

  check(rule, " ключ 🔑\n");
  assert.throws(() => check(rule, "\ud800"), { field: "value" });
});

Deno.test("checkRules() refuses the place of another secret, naming it", () => {
  const others = [
    { name: "FIRST", rules: [{ kind: "header" as const, name: "X-API-Key" }] },
    { name: "SECOND", rules: [{ kind: "query" as const, name: "key" }] },
  ];

  const header: InjectionRule = { kind: "header", name: "x-api-key" };
  assert.throws(() => check(header, VALUE, others), { code: "conflict", message: /"FIRST"/ });
  const query: InjectionRule = { kind: "query", name: "key" };
  assert.throws(() => check(query, VALUE, others), { code: "conflict", message: /"SECOND"/ });
  check({ kind: "query", name: "KEY" }, VALUE, others);
  check({ kind: "header", name: "key" }, VALUE, others);
});

Deno.test("checkRules() refuses two rules of one secret that go to the same place", () => {
  const rules: InjectionRule[] = [
    { kind: "header", name: "Authorization", template: "Bearer {{value}}" },
    { kind: "query", name: "key" },
    { kind: "header", name: "authorization" },
  ];

  const check = () => checkRules({ rules, value: VALUE, others: [], fields: FIELDS });

  assert.throws(check, { code: "conflict", field: "rules.2", message: /header "authorization"/ });
});

Deno.test("checkRules() refuses a header that the server gets from its callers, by any rule", () => {
  const rules: InjectionRule[] = [
    { kind: "query", name: "x-tenant" },
    { kind: "header", name: "X-Tenant" },
  ];
  const plan = { rules, value: VALUE, others: [], forwarded: ["x-tenant"], fields: FIELDS };

  assert.throws(() => checkRules(plan), { code: "conflict", field: "rules.1" });
});

Deno.test("checkRules() checks a header's value as its template fills it in", () => {
  const basic = { kind: "header", name: "Authorization", template: 'Key "{{value}}"' } as const;

  check(basic, " inside quotes ");
  assert.throws(() => check(basic, "a\nb"), { field: "value" });
  assert.throws(() => check(basic, "ключ"), { field: "value" });
});

Deno.test("checkRules() refuses a template that its place cannot carry, whatever the value", () => {
  const header = (template: string): InjectionRule => ({ kind: "header", name: "X-Key", template });

  for (const template of [" {{value}}", "{{value}} ", "a\r\nHost: b {{value}}", "ключ {{value}}"]) {
    assert.throws(() => check(header(template)), {
      code: "invalid_input",
      field: "rules.0",
      message: /The template begins or ends with a space, or has a character/,
    });
  }
  check({ kind: "query", name: "key", template: " ключ {{value}}\n" });
  assert.throws(() => check({ kind: "query", name: "key", template: "\ud800{{value}}" }), {
    field: "rules.0",
  });
  assert.throws(() => check(header("{{token}}")), { field: "rules.0", message: /\{\{token\}\}/ });
});

Deno.test("checkRules() refuses a value that is too long with its template", () => {
  const rule = { kind: "header", name: "Authorization", template: "Bearer {{value}}" } as const;

  check(rule, "x".repeat(8_185));
  assert.throws(() => check(rule, "x".repeat(8_186)), {
    field: "value",
    message: /too long for the header "Authorization".*8192/,
  });
});

Deno.test("checkRules() checks the rules of a secret that has no shared value", () => {
  const rules: InjectionRule[] = [{ kind: "header", name: "Host" }];

  const check = () => checkRules({ rules, value: null, others: [], fields: FIELDS });

  assert.throws(check, { code: "invalid_input", field: "rules.0" });
});

Deno.test("checkRules() lets no filled header through that fetch would change or refuse", () => {
  const text = fc.string({ unit: "binary", maxLength: 6 });
  fc.assert(
    fc.property(text, text, fc.string({ unit: "binary", minLength: 1 }), (before, after, value) => {
      const template = `${before}{{value}}${after}`;
      try {
        check({ kind: "header", name: "X-Key", template }, value);
      } catch {
        return;
      }
      const filled = `${before}${value}${after}`;
      assert.equal(new Headers({ "X-Key": filled }).get("X-Key"), filled);
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("injectionWarnings() says that nginx drops header names with _", () => {
  const [warning] = injectionWarnings([{ kind: "header", name: "API_KEY" }]);

  assert.match(warning, /nginx drops .*underscores_in_headers.*"API-KEY"/);
  assert.deepEqual(injectionWarnings([{ kind: "header", name: "API-KEY" }]), []);
  assert.deepEqual(injectionWarnings([{ kind: "query", name: "api_key" }]), []);
});

function check(
  rule: InjectionRule,
  value = VALUE,
  others: Parameters<typeof checkRules>[0]["others"] = [],
): void {
  checkRules({ rules: [rule], value, others, fields: FIELDS });
}
