import assert from "node:assert/strict";
import { packArguments, unpackArguments } from "../../core/arguments/argument_pack.ts";
import { ArgumentSeal } from "../../core/arguments/argument_seal.ts";
import { newWorkspaceId } from "../../core/ids.ts";

const DAY = "2026-11-22";
const RECORDS = bytes('[{"tool":"search"},{"tool":"list"}]');
const KEPT = [bytes('{"query":"orders of May"}'), null, bytes("null")];

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

function someSeal({ fill = 1, id = "ark_1", workspaceId = newWorkspaceId() } = {}): ArgumentSeal {
  return new ArgumentSeal({ id, workspaceId }, new Uint8Array(32).fill(fill));
}

Deno.test("what is sealed beside records opens beside them, with an item for each", () => {
  const seal = someSeal();

  const parts = packArguments(seal, DAY, RECORDS, KEPT);

  assert.deepEqual(unpackArguments(seal, RECORDS, parts), [{ query: "orders of May" }, null, null]);
  assert.equal(parts.length, 1);
  assert.equal(parts[0].day, DAY);
});

Deno.test("it opens with no other key, workspace, day or records, and not when a bit was changed", () => {
  const workspaceId = newWorkspaceId();
  const seal = someSeal({ workspaceId });
  const parts = packArguments(seal, DAY, RECORDS, KEPT);
  const [part] = parts;
  const changed = (at: number) => {
    const ciphertext = new Uint8Array(part.ciphertext);
    ciphertext[at] ^= 1;
    return [{ ...part, ciphertext }];
  };

  assert.equal(unpackArguments(someSeal({ workspaceId, fill: 2 }), RECORDS, parts), null);
  assert.equal(unpackArguments(someSeal({ workspaceId, id: "ark_2" }), RECORDS, parts), null);
  assert.equal(unpackArguments(someSeal(), RECORDS, parts), null);
  assert.equal(unpackArguments(seal, bytes('[{"tool":"search"}]'), parts), null);
  assert.equal(unpackArguments(seal, RECORDS, [{ ...part, day: "2026-11-23" }]), null);
  assert.equal(unpackArguments(seal, RECORDS, []), null);
  for (const at of [0, part.ciphertext.length - 1]) {
    assert.equal(unpackArguments(seal, RECORDS, changed(at)), null, `byte ${at}`);
  }
  const short = [{ ...part, ciphertext: part.ciphertext.slice(0, 8) }];
  assert.equal(unpackArguments(seal, RECORDS, short), null);
});

Deno.test("what is sealed twice differs, and the bytes of a key are in no text of it", () => {
  const seal = someSeal({ fill: 65 });

  const [one] = packArguments(seal, DAY, RECORDS, KEPT);
  const [two] = packArguments(seal, DAY, RECORDS, KEPT);

  assert.notDeepEqual(one.nonce, two.nonce);
  assert.notDeepEqual(one.ciphertext, two.ciphertext);
  const shown = Deno.inspect(seal, { depth: 10 }) + JSON.stringify(seal);
  assert.ok(!/AAAA|65, *65|QUFB/.test(shown), shown);
});

Deno.test("what is longer than a value is cut into parts, of which each is needed", () => {
  const seal = someSeal();
  const kept = Array.from(
    { length: 12 },
    (_, at) => bytes(JSON.stringify({ at, x: "x".repeat(16_000) })),
  );

  const parts = packArguments(seal, DAY, RECORDS, kept);

  assert.ok(parts.length > 1 && parts.length <= 5, `${parts.length} parts`);
  assert.ok(parts.every(({ ciphertext }) => ciphertext.length <= 60 * 1024));
  assert.equal(unpackArguments(seal, RECORDS, parts)?.length, 12);
  assert.equal(unpackArguments(seal, RECORDS, parts.slice(1)), null);
  assert.equal(unpackArguments(seal, RECORDS, parts.toReversed()), null);
});
