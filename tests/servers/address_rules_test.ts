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

/** Hosts that are never public, by what they are. */
const HIDDEN: Record<string, string> = {
  loopback: "127.0.0.1 127.255.255.254 [::1]",
  private: "10.0.0.1 172.16.0.1 172.31.255.254 192.168.1.1",
  "link-local": "169.254.0.1 [fe80::1] [febf::1]",
  "metadata of clouds": "169.254.169.254 169.254.170.2 [fd00:ec2::254] 100.100.100.200 " +
    "168.63.129.16 192.0.0.192 metadata.google.internal metadata metadata.google.internal.",
  "shared (CGNAT)": "100.64.0.1 100.127.255.254",
  unspecified: "0.0.0.0 0.1.2.3 [::] 0",
  multicast: "224.0.0.1 239.255.255.255 233.252.0.1 [ff02::1] [ff0e::1]",
  broadcast: "255.255.255.255",
  reserved: "240.0.0.1 192.0.0.1 192.88.99.1 192.31.196.1 192.52.193.1 192.175.48.1 [100::1] " +
    "[5f00::1] [4000::1] [2001:1::1] [2001:10::1] [2001:20::1] [2620:4f:8000::1]",
  documentation: "192.0.2.1 198.51.100.1 203.0.113.1 [2001:db8::1] [3fff::1]",
  benchmarks: "198.18.0.1 198.19.255.254 [2001:2::1]",
  "unique local": "[fc00::1] [fd12:3456::1]",
  "site-local": "[fec0::1]",
  "mapped IPv4": "[::ffff:10.0.0.1] [::ffff:7f00:1] [::ffff:8.8.8.8] [0:0:0:0:0:ffff:a00:1]",
  "compatible IPv4": "[::7f00:1] [::10.0.0.1] [::8.8.8.8]",
  NAT64: "[64:ff9b::a00:1] [64:ff9b::8.8.8.8] [64:ff9b:1::1]",
  "6to4": "[2002:a00:1::] [2002:808:808::1]",
  Teredo: "[2001::1] [2001:0:808:808::1]",
  "odd literals": "127.1 127.0.1 0x7f.0.0.1 0x7F.1 2130706433 0x7f000001 017700000001 " +
    "0177.0.0.1 0300.0250.1.1 127.0.0.1. 0251.0376.0251.0376 %31%32%37.0.0.1",
  "other scripts": "１２７.0.0.1 ①②⑦.0.0.1 127。0。0。1 ⓛⓞⓒⓐⓛⓗⓞⓢⓣ ｌｏｃａｌｈｏｓｔ",
  names: "localhost LOCALHOST localhost. api.localhost printer.local PRINTER.LOCAL. intranet " +
    "box.home.arpa a.internal a.lan a.intranet 1.0.0.127.in-addr.arpa %6cocalhost loc%41lhost",
};

for (const [what, hosts] of Object.entries(HIDDEN)) {
  Deno.test(`AddressRules refuses what is no public address: ${what}`, async () => {
    for (const host of hosts.split(" ")) {
      const url = `https://${host}/mcp`;

      assert.throws(() => rules().parse(url), {
        code: "invalid_input",
        field: "url",
        message: /is not a public address.*AEROSTACK_ALLOW_PRIVATE_UPSTREAMS=1/,
      }, host);
      const called = await rules().inspect(new URL(url));
      assert.ok(!called.ok && called.stage === "address", host);
      const connected = await rules().resolve(new URL(url).hostname, 443);
      assert.ok(!connected.ok && connected.stage === "address", host);
    }
  });
}

Deno.test("AddressRules refuses each of those addresses when a name leads there", async () => {
  const literals = Object.values(HIDDEN).join(" ").split(" ")
    .map((host) => new URL(`https://${host}`).hostname.replaceAll(/[[\]]/g, ""))
    .filter((host) => /^[\d.]+$|:/.test(host));

  for (const address of [...literals, "fe80::1%eth0", "::1%lo", "010.8.8.8", "8.8", ""]) {
    const one = rules({ lookup: () => Promise.resolve(["93.184.216.34", address]) });

    const inspected = await one.inspect(new URL("https://mcp.example.com/"));
    const resolved = await one.resolve("mcp.example.com", 443);

    for (const verdict of [inspected, resolved]) {
      assert.ok(!verdict.ok && verdict.stage === "address", address);
    }
  }
  assert.ok(literals.length > 60, `${literals.length}`);
});

Deno.test("AddressRules takes no URL with a zone, which is no URL", () => {
  for (const host of ["[fe80::1%25eth0]", "[fe80::1%eth0]", "1.2.3.4.5", "256.1.1.1", "a b"]) {
    assert.throws(() => rules().parse(`https://${host}/`), { message: /is not a URL/ }, host);
  }
});

Deno.test("AddressRules.inspect() refuses the form of a URL that was stored under other rules", async () => {
  const stored: Record<string, RegExp> = {
    "http://mcp.example.com/": /not https/,
    "ftp://mcp.example.com/": /cannot be called/,
    "https://user:hunter2@mcp.example.com/": /user name or password/,
    "https://user@mcp.example.com/": /user name or password/,
    "https://mcp.example.com/#part": /"#part"/,
    "https://mcp.example.com:8443/":
      /Port 8443 is not among .* 443, 9443;.*AEROSTACK_UPSTREAM_PORTS/,
  };
  const one = rules({
    ports: [443, 9443],
    lookup: () => Promise.reject(new Error("nothing is asked")),
  });

  for (const [url, message] of Object.entries(stored)) {
    const verdict = await one.inspect(new URL(url));
    assert.ok(!verdict.ok && verdict.stage === "address", url);
    assert.match(verdict.sentence, message);
    assert.doesNotMatch(verdict.sentence, /hunter2/);
    assert.throws(() => one.parse(url), { code: "invalid_input", field: "url", message }, url);
  }
});

Deno.test("AddressRules takes the ports of its list, also where a URL leaves them out", () => {
  const one = rules({ ports: [443, 9443] });

  one.parse("https://mcp.example.com/");
  one.parse("https://mcp.example.com:9443/");
  assert.throws(() => rules({ ports: [8443] }).parse("https://mcp.example.com/"), {
    message: /Port 443 is not among those that servers may have, 8443;/,
  });
  const open = new AddressRules({ allowPrivate: true, ports: [8080] });
  open.parse("http://localhost:8080/");
  assert.throws(() => open.parse("http://localhost/"), { message: /Port 80 / });
});

Deno.test("AddressRules.resolve() asks anew each time, whatever was found before", async () => {
  const answers = [["93.184.216.34"], ["127.0.0.1"], ["93.184.216.35"]];
  let lookups = 0;
  const one = rules({ lookup: () => Promise.resolve(answers[lookups++]) });

  const inspected = await one.inspect(new URL("https://mcp.example.com/"));
  const second = await one.resolve("mcp.example.com", 443);
  const third = await one.resolve("mcp.example.com", 443);

  assert.deepEqual([inspected.ok, second.ok], [true, false]);
  assert.deepEqual(third, { ok: true, addresses: ["93.184.216.35"] });
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
  options: Partial<ConstructorParameters<typeof AddressRules>[0]> = {},
): AddressRules {
  return new AddressRules({ allowPrivate: false, ...options });
}
