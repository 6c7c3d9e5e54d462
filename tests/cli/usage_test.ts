import assert from "node:assert/strict";
import { aerostack, aerostackProcess } from "./_command.ts";
import settings from "../../deno.json" with { type: "json" };
import installed from "../../cli/install.json" with { type: "json" };

const VERBS = [
  "login",
  "logout",
  "status",
  "whoami",
  "analytics",
  "mcp register",
  "mcp list",
  "mcp show",
  "mcp update",
  "mcp remove",
  "mcp test",
  "mcp install",
  "mcp review",
  "mcp uninstall",
  "secrets set",
  "secrets inject",
  "secrets list",
  "secrets remove",
  "workspace create",
  "workspace list",
  "workspace show",
  "workspace remove",
  "workspace token create",
  "workspace token list",
  "workspace token update",
  "workspace token revoke",
  "admin token create",
  "admin token list",
  "admin token revoke",
  "calls list",
];

Deno.test("aerostack --help on every verb shows its options and examples", async () => {
  for (const verb of VERBS) {
    const { code, out, err } = await aerostack([...verb.split(" "), "--help"]);

    assert.equal(code, 0, verb);
    assert.equal(err, "", verb);
    assert.match(out, /--json +print the API's answer as JSON/, verb);
    assert.match(out, /\nExamples:\n {2}\$ aerostack /, verb);
  }
});

Deno.test("aerostack --version prints the version", async () => {
  const { code, out } = await aerostackProcess(["--version"]);

  assert.deepEqual([code, out], [0, `${settings.version}\n`]);
});

const WRONG: readonly (readonly [string, readonly string[], RegExp])[] = [
  ["an unknown command", ["mpc"], /Unknown command "mpc".*mcp/],
  ["an unknown verb", ["mcp", "regster"], /Did you mean register\?.*aerostack mcp --help/],
  ["an unknown option", ["mcp", "list", "--all"], /Unknown option --all/],
  ["a missing argument", ["mcp", "show"], /Missing required argument "slug"/],
  ["a missing option", ["mcp", "install", "a"], /"--workspace <workspace>" not specified/],
  ["an option without its value", ["analytics", "--workspace"], /argument missing/],
  ["one argument too many", ["mcp", "list", "all"], /too many arguments/],
  ["an empty name", ["mcp", "show", ""], /"" is no name/],
  [
    "a name that climbs up a path",
    ["workspace", "token", "revoke", "a", ".."],
    /"\.\." is no name/,
  ],
  ["nothing to update", ["mcp", "update", "a"], /Nothing to change/],
  ["a timeout of zero", ["mcp", "update", "a", "--timeout", "0"], /from 1 to 3600/],
  ["an unknown period", ["analytics", "--workspace", "a", "--period", "7x"], /such as 24h, 7d/],
  ["a limit of no number", ["calls", "list", "--workspace", "a", "--limit", "all"], /whole number/],
  ["no injection rule", ["secrets", "inject", "a", "B"], /Give --header or --query\./],
  [
    "a template alone",
    ["secrets", "inject", "a", "B", "--template", "x"],
    /its --header or --query/,
  ],
  [
    "two templates of one rule",
    ["secrets", "inject", "a", "B", "--header", "x", "--template", "a", "--template", "b"],
    /one --template, behind it/,
  ],
  [
    "a template before two rules",
    ["secrets", "inject", "a", "B", "--template", "a", "--header", "x", "--query", "y"],
    /behind its --header/,
  ],
  [
    "a rule to add and remove",
    ["secrets", "inject", "a", "B", "--header", "x", "--add", "--remove-rule"],
    /not both/,
  ],
  [
    "a rule to remove with its template",
    ["secrets", "inject", "a", "B", "--remove-rule", "--header", "x", "--template", "{{value}}"],
    /without its template/,
  ],
  ["a secret of both kinds", ["secrets", "set", "a", "B", "--per-member", "--shared"], /not both/],
  ["a value and --stdin", ["secrets", "set", "a", "B", "value", "--stdin"], /not both/],
  ["a prompt without a terminal", ["secrets", "set", "a", "B"], /add --stdin/],
  ["login without an address", ["login", "--token", "x"], /aerostack login --url/],
  ["login without a token", ["login", "--url", "http://localhost:8000"], /--token/],
  ["an address with a path", ["login", "--url", "https://a.example/ws/x"], /https:\/\/a\.example/],
  ["an address without a scheme", ["login", "--url", "a.example"], /no web address/],
];

for (const [what, args, says] of WRONG) {
  Deno.test(`aerostack ends with 2 at ${what}`, async () => {
    const { code, out, err } = await aerostack(args);

    assert.equal(code, 2);
    assert.equal(out, "");
    assert.match(err, says);
    assert.equal(err.split("\n").length, 2, "one line");
  });
}

for (const expires of ["90x", "d", "2026-02-30", "2001-01-01", "999999w", "tomorrow", "0d"]) {
  Deno.test(`aerostack ends with 2 at --expires ${expires}`, async () => {
    const args = ["workspace", "token", "create", "a", "--name", "A", "--expires", expires];

    const { code, err } = await aerostack(args);

    assert.equal(code, 2);
    assert.match(err, new RegExp(`--expires is "${expires}"`));
  });
}

Deno.test("aerostack tells wrong usage as JSON when --json is given", async () => {
  const { code, out, err } = await aerostack(["mcp", "show", "--json"]);

  assert.deepEqual([code, out], [2, ""]);
  assert.equal(JSON.parse(err).error.code, "usage");
});

Deno.test("aerostack without a verb shows the verbs and ends with 2", async () => {
  for (const args of [[], ["mcp"], ["workspace", "token"]]) {
    const { code, out, err } = await aerostack(args);

    assert.deepEqual([code, out], [2, ""]);
    assert.match(err, /Commands:/);
  }
});

Deno.test("aerostack does not repeat a secret that looks like an option or has spaces", async () => {
  for (const value of [["-sk-12345"], ["sk", "12345"], ["--token=12345"]]) {
    const { code, out, err } = await aerostack(["secrets", "set", "a", "B", ...value]);

    assert.equal(code, 2);
    assert.doesNotMatch(out + err, /12345/);
  }
});

Deno.test("aerostack is installed with the packages that the project names", () => {
  const named: Record<string, string> = settings.imports;

  for (const [name, specifier] of Object.entries(installed.imports)) {
    assert.equal(specifier, named[name], name);
  }
});
