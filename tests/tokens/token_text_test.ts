import assert from "node:assert/strict";
import fc from "fast-check";
import {
  hashToken,
  isWellFormed,
  newAdminTokenText,
  newTokenText,
  visibleStart,
} from "../../core/tokens/token_text.ts";

const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

Deno.test("newTokenText() carries the person's first name in plain letters", () => {
  const names = {
    "Alice Chen": "alice",
    "  Zoë  Müller": "zoe",
    "O'Brien": "obrien",
    "R2-D2": "r2d2",
    "李小龙": "member",
    "": "member",
    "Wolfeschlegelsteinhausenbergerdorff": "wolfeschlegelsteinha",
  };

  for (const [name, expected] of Object.entries(names)) {
    assert.match(newTokenText(name), new RegExp(`^mwt_${expected}_[0-9A-Za-z]{34}$`));
  }
});

Deno.test("newTokenText() is well-formed for whatever name", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), (name) => {
    assert.ok(isWellFormed(newTokenText(name)));
  }));
});

Deno.test("newTokenText() never repeats itself", () => {
  const texts = Array.from({ length: 1000 }, () => newTokenText("Alice"));

  assert.equal(new Set(texts).size, 1000);
});

Deno.test("isWellFormed() detects every single mistyped character", () => {
  const text = newTokenText("Alice Chen");

  for (let at = 0; at < text.length; at++) {
    for (const typo of `${BASE62}_-. `) {
      if (typo === text[at]) continue;
      assert.ok(!isWellFormed(text.slice(0, at) + typo + text.slice(at + 1)));
    }
  }
});

Deno.test("isWellFormed() detects neighbours that changed places", () => {
  for (let round = 0; round < 200; round++) {
    const text = newTokenText("Alice");
    for (let at = 0; at < text.length - 7; at++) {
      if (text[at] === text[at + 1]) continue;
      const swapped = text.slice(0, at) + text[at + 1] + text[at] + text.slice(at + 2);
      assert.ok(!isWellFormed(swapped), swapped);
    }
  }
});

Deno.test("isWellFormed() refuses what is cut, grown, padded, or of the other kind", () => {
  const text = newTokenText("Alice");
  const admin = newAdminTokenText();

  assert.ok(isWellFormed(admin, "aat"));
  const wrong = ["", "mwt_", text.slice(0, -1), `${text}x`, ` ${text}`, `${text}\n`, admin];
  for (const one of wrong) assert.ok(!isWellFormed(one), one);
  assert.ok(!isWellFormed(text, "aat"));
});

Deno.test("isWellFormed() answers for any text at all", () => {
  fc.assert(fc.property(fc.string({ maxLength: 100 }), (text) => {
    assert.equal(isWellFormed(text), false);
  }));
});

Deno.test("visibleStart() shows 4 of the random characters", () => {
  assert.match(visibleStart(newTokenText("Alice")), /^mwt_alice_[0-9A-Za-z]{4}$/);
  assert.match(visibleStart(newAdminTokenText()), /^aat_[0-9A-Za-z]{4}$/);
});

Deno.test("hashToken() is SHA-256 in hex", () => {
  const expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

  assert.equal(hashToken("abc"), expected);
});
