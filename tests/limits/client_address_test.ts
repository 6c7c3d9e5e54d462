import assert from "node:assert/strict";
import fc from "fast-check";
import { addressKey, clientAddress } from "../../core/limits/client_address.ts";

const CONNECTION = "10.0.0.9";

Deno.test("clientAddress() believes no header unless proxies are trusted", () => {
  assert.equal(clientAddress(CONNECTION, "1.2.3.4", 0), CONNECTION);
  assert.equal(clientAddress(null, "1.2.3.4", 0), null);
});

Deno.test("clientAddress() takes the entry that the first of our proxies wrote", () => {
  const cases: [string | null, number, string][] = [
    ["1.2.3.4", 1, "1.2.3.4"],
    ["9.9.9.9, 1.2.3.4", 1, "1.2.3.4"],
    ["9.9.9.9, 1.2.3.4 , 10.0.0.1", 2, "1.2.3.4"],
    ["1.2.3.4:5678", 1, "1.2.3.4"],
    ["[2001:db8::1]:443", 1, "2001:db8::1"],
    ["[2001:db8::1]", 1, "2001:db8::1"],
    ["2001:db8::1", 1, "2001:db8::1"],
    ["1.2.3.4", 2, CONNECTION],
    [null, 1, CONNECTION],
  ];

  for (const [header, trusted, expected] of cases) {
    assert.equal(clientAddress(CONNECTION, header, trusted), expected, String(header));
  }
});

Deno.test("clientAddress() falls back to the connection for whatever is no address", () => {
  const garbage = [
    "",
    ",",
    "unknown",
    "_hidden",
    "1",
    "0x7f.1",
    "1.2.3",
    "1.2.3.4.5",
    "[::1",
    "::g",
  ];
  for (const text of garbage) {
    assert.equal(clientAddress(CONNECTION, text, 1), CONNECTION, text);
  }
});

Deno.test("addressKey() is one for a whole /64, and for an IPv4 address in either form", () => {
  const same: [string, string][] = [
    ["2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff"],
    ["1.2.3.4", "::ffff:1.2.3.4"],
  ];
  const different: [string, string][] = [
    ["2001:db8:1:2::1", "2001:db8:1:3::1"],
    ["1.2.3.4", "1.2.3.5"],
  ];

  for (const [one, other] of same) assert.equal(addressKey(one), addressKey(other));
  for (const [one, other] of different) assert.notEqual(addressKey(one), addressKey(other));
  assert.equal(addressKey(null), addressKey("no address"));
});

Deno.test("clientAddress() gives an address or the connection's, whatever the header says", () => {
  const header = fc.oneof(fc.string(), fc.ipV4(), fc.ipV6(), fc.string({ unit: "binary" }));
  fc.assert(
    fc.property(fc.array(header), fc.integer({ min: 1, max: 10 }), (parts, trusted) => {
      const found = clientAddress(CONNECTION, parts.join(","), trusted);
      assert.ok(found === CONNECTION || addressKey(found) !== "unknown", String(found));
    }),
  );
});
