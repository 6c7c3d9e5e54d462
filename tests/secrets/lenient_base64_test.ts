import assert from "node:assert/strict";
import fc from "fast-check";
import { lenientBase64 } from "../../core/secrets/lenient_base64.ts";

Deno.test("lenientBase64() gives the bytes of both alphabets, padded or not", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
    const whole = bytes.toBase64();
    const forms = [whole, whole.replaceAll("=", "")];
    for (
      const form of [
        ...forms,
        ...forms.map((one) => one.replaceAll("+", "-").replaceAll("/", "_")),
      ]
    ) {
      assert.deepEqual([...lenientBase64(form)], [...bytes], form);
    }
  }));
});

Deno.test("lenientBase64() passes over what is no base64 and never throws", () => {
  const near = fc.string({ unit: fc.constantFrom(..."abcAB01+/=-_ é!") });
  fc.assert(fc.property(fc.oneof(near, fc.string({ unit: "binary" })), (text) => {
    lenientBase64(text);
  }));

  assert.equal(lenientBase64("dXNl cjpwYXNz").toString(), "user:pass");
  assert.equal(lenientBase64("dXNlcjpwYXNz=dXNl").toString(), "user:pass");
  assert.equal(lenientBase64("dXNlcjpwYXNzd").toString(), "user:pass");
});
