import assert from "node:assert/strict";
import { isPublicAddress } from "../../core/servers/address_ranges.ts";
import { AddressRules } from "../../core/servers/address_rules.ts";

Deno.test("AddressRules.parse() takes a public https URL as it is", () => {
  const url = "https://mcp.example.com:8443/sse?team=a";

  assert.equal(rules().parse(url).href, url);
});

Deno.test("AddressRules.parse() says what is wrong with a URL", () => {
  const wrong: Record<string, RegExp> = {
    "mcp.example.com/sse": /"mcp.example.com\/sse" is not a URL.*https:\/\//,
    "http://mcp.example.com/": /"http:\/\/mcp.example.com" is not https/,
    "ftp://mcp.example.com/": /"ftp:\/\/" cannot be called/,
    "file:///etc/passwd": /"file:\/\/" cannot be called/,
    "https://user:word@mcp.example.com/": /user name or password.*store them as a secret/,
    "https://mcp.example.com/#part": /"#part".*leave it out/,
  };

  for (const [url, message] of Object.entries(wrong)) {
    assert.throws(() => rules().parse(url), { code: "invalid_input", field: "url", message });
  }
});

Deno.test("AddressRules.parse() repeats no password of a URL", () => {
  assert.throws(
    () => rules().parse("https://user:hunter2@mcp.example.com/"),
    (error: Error) => !error.message.includes("hunter2"),
  );
});

Deno.test("AddressRules.parse() refuses private addresses, however they are spelled", () => {
  const hosts =
    "127.0.0.1 127.1 0x7f.0.0.1 2130706433 0177.0.0.1 10.0.0.1 172.16.0.1 192.168.1.1 " +
    "169.254.169.254 100.64.0.1 0.0.0.0 224.0.0.1 255.255.255.255 192.0.2.1 198.18.0.1 240.0.0.1 " +
    "[::1] [::] [::7f00:1] [::ffff:10.0.0.1] [::ffff:7f00:1] [64:ff9b::a00:1] [64:ff9b:1::1] " +
    "[2002:a00:1::] [2001::1] [fe80::1] [fec0::1] [fc00::1] [fd00:ec2::254] [ff02::1] " +
    "localhost LOCALHOST localhost. api.localhost printer.local metadata.google.internal " +
    "metadata intranet box.home.arpa １２７.0.0.1";

  for (const host of hosts.split(" ")) {
    assert.throws(() => rules().parse(`https://${host}/mcp`), {
      code: "invalid_input",
      field: "url",
      message: /is not a public address.*AEROSTACK_ALLOW_PRIVATE_UPSTREAMS=1/,
    }, host);
  }
});

Deno.test("AddressRules.parse() takes public addresses", () => {
  for (const host of ["8.8.8.8", "[2606:4700::1111]", "localhost.example.com", "local.dev"]) {
    rules().parse(`https://${host}/mcp`);
  }
});

Deno.test("AddressRules.check() refuses a name when any of its addresses is private", async () => {
  const lookup = () => Promise.resolve(["93.184.216.34", "::ffff:10.0.0.7"]);

  await assert.rejects(rules({ lookup }).check(new URL("https://mcp.example.com/")), {
    code: "invalid_input",
    field: "url",
    stage: "address",
    message: /"mcp.example.com" leads to ::ffff:10.0.0.7/,
  });
});

Deno.test("AddressRules.check() refuses a name that nobody knows, and asks again next time", async () => {
  let answers: string[] = [];
  const one = rules({ lookup: () => Promise.resolve(answers) });
  const url = new URL("https://new.example.com/");

  await assert.rejects(one.check(url), { stage: "dns", message: /"new.example.com".*DNS/ });
  answers = ["93.184.216.34"];
  await one.check(url);

  const failing = rules({ lookup: () => Promise.reject(new Error("ENOTFOUND")) });
  await assert.rejects(failing.check(url), { stage: "dns" });
});

Deno.test("AddressRules.inspect() keeps a verdict for 30 seconds, and no longer", async () => {
  let nowMs = 0;
  let lookups = 0;
  const answers = [["93.184.216.34"], ["10.0.0.7"]];
  const lookup = () => Promise.resolve(answers[lookups++]);
  const one = rules({ lookup, nowMs: () => nowMs });
  const url = new URL("https://mcp.example.com/");

  const [first, second] = await Promise.all([one.inspect(url), one.inspect(url)]);
  nowMs = 29_999;
  const third = await one.inspect(url);
  nowMs = 30_000;
  const fourth = await one.inspect(url);

  assert.deepEqual([first.ok, second.ok, third.ok, fourth.ok], [true, true, true, false]);
  assert.equal(lookups, 2);
});

Deno.test("AddressRules.inspect() asks DNS nothing about an address", async () => {
  const lookup = () => Promise.reject(new Error("asked"));

  const verdict = await rules({ lookup }).inspect(new URL("https://8.8.8.8/"));

  assert.deepEqual(verdict, { ok: true, addresses: ["8.8.8.8"] });
});

Deno.test("AddressRules lets private ones pass when they are allowed, and still no password", async () => {
  const open = new AddressRules({
    allowPrivate: true,
    lookup: () => Promise.resolve(["10.0.0.7"]),
  });

  await open.check(open.parse("http://127.0.0.1:3000/mcp"));
  await open.check(open.parse("https://tools.internal/mcp"));
  assert.throws(() => open.parse("http://user:word@localhost/"), { field: "url" });
  assert.throws(() => open.parse("ftp://localhost/"), { field: "url" });
});

Deno.test("isPublicAddress() refuses what is no address", () => {
  for (const text of ["", "example.com", "fe80::1%eth0", "1.2.3.4.5"]) {
    assert.equal(isPublicAddress(text), false);
  }
});

function rules(
  options: { lookup?: (name: string) => Promise<string[]>; nowMs?: () => number } = {},
): AddressRules {
  return new AddressRules({ allowPrivate: false, ...options });
}
