import assert from "node:assert/strict";
import { inspect } from "node:util";
import { Plaintext } from "../../core/secrets/plaintext.ts";

Deno.test("Plaintext prints as [redacted], however it is printed", () => {
  const secret = new Plaintext("sk-live-1234");

  const inspectors = ["Deno.customInspect", "nodejs.util.inspect.custom"].map(Symbol.for);
  const prints = [
    `${secret}`,
    "" + secret,
    JSON.stringify({ secret }),
    Deno.inspect(secret),
    Deno.inspect({ deep: [secret] }, { depth: 9, showHidden: true }),
    inspect(secret),
    inspect({ deep: [secret] }, { depth: 9, showHidden: true }),
    JSON.stringify(Object.entries(secret)),
    Deno.inspect(new Error("failed", { cause: secret })),
    ...inspectors.map((inspector) => Reflect.get(secret, inspector).call(secret)),
  ];

  for (const text of prints) assert.ok(!text.includes("sk-live"), text);
  assert.equal(prints[0], "[redacted]");
  assert.equal(prints[3], "[redacted]");
  assert.equal(secret.reveal(), "sk-live-1234");
});
