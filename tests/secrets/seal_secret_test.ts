import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createDecipheriv, hkdfSync } from "node:crypto";
import { newServerId } from "../../core/ids.ts";
import { Keyring } from "../../core/secrets/keyring.ts";
import { openSecret, sealSecret } from "../../core/secrets/seal_secret.ts";
import { testKeyring } from "../_support/core.ts";

const VALUE = "sk-live-ключ-🔑";

Deno.test("openSecret() gives back what sealSecret() was given", async () => {
  const keyring = testKeyring();
  const place = { serverId: newServerId(), name: "X-API-Key", version: 1 };

  const sealed = await sealSecret(keyring, place, VALUE);

  assert.equal((await openSecret(keyring, { ...place, sealed })).reveal(), VALUE);
  assert.equal(sealed.keyId, "default");
});

Deno.test("sealSecret() uses a fresh 96-bit nonce each time", async () => {
  const keyring = testKeyring();
  const place = { serverId: newServerId(), name: "X-API-Key", version: 1 };

  const sealed = await Promise.all(
    Array.from({ length: 50 }, () => sealSecret(keyring, place, VALUE)),
  );

  assert.equal(new Set(sealed.map(({ nonce }) => nonce)).size, 50);
  assert.equal(new Set(sealed.map(({ ciphertext }) => ciphertext)).size, 50);
  for (const { nonce } of sealed) {
    assert.equal(Uint8Array.fromBase64(nonce, { alphabet: "base64url" }).length, 12);
  }
});

Deno.test("openSecret() refuses a ciphertext that was made for another place", async () => {
  const keyring = testKeyring();
  const place = { serverId: newServerId(), name: "X-API-Key", version: 1 };
  const sealed = await sealSecret(keyring, place, VALUE);
  const stored = { ...place, sealed };

  const moved = [
    { ...stored, serverId: newServerId() },
    { ...stored, name: "X-Other-Key" },
    { ...stored, version: 2 },
    { ...place, sealed: { ...sealed, nonce: "AAAAAAAAAAAAAAAA" } },
    { ...place, sealed: { ...sealed, ciphertext: flipped(sealed.ciphertext) } },
    { ...place, sealed: { ...sealed, ciphertext: "not base64url!" } },
  ];

  for (const secret of moved) {
    await assert.rejects(openSecret(keyring, secret), {
      code: "internal",
      message: /was not sealed for this place/,
    });
  }
});

Deno.test("sealSecret() is AES-GCM 256 under a key that HKDF-SHA256 derives for the server", async () => {
  const place = { serverId: newServerId(), name: "X-API-Key", version: 3 };
  const sealed = await sealSecret(testKeyring(), place, VALUE);

  const info = `aerostack secrets of ${place.serverId}`;
  const key = hkdfSync("sha256", new Uint8Array(32).fill(1), "", info, 32);
  const bytes = Buffer.from(sealed.ciphertext, "base64url");
  const nonce = Buffer.from(sealed.nonce, "base64url");
  const opener = createDecipheriv("aes-256-gcm", new Uint8Array(key), nonce);
  opener.setAAD(Buffer.from(JSON.stringify(["secret", place.serverId, place.name, 3])));
  opener.setAuthTag(bytes.subarray(-16));

  const text = opener.update(bytes.subarray(0, -16), undefined, "utf8") + opener.final("utf8");
  assert.equal(text, VALUE);
});

Deno.test("openSecret() opens under any loaded key, and names one that is not loaded", async () => {
  const place = { serverId: newServerId(), name: "X-API-Key", version: 1 };
  const sealed = { ...place, sealed: await sealSecret(testKeyring("old"), place, VALUE) };
  const bytes = (fill: number) => new Uint8Array(32).fill(fill);
  const rotated = new Keyring([{ id: "new", bytes: bytes(9) }, { id: "old", bytes: bytes(1) }]);

  assert.equal((await openSecret(rotated, sealed)).reveal(), VALUE);
  assert.equal(rotated.primaryId, "new");
  await assert.rejects(openSecret(testKeyring("new"), sealed), {
    code: "internal",
    message: /master key "old" is not loaded/,
  });
});

Deno.test("openSecret() says nothing of the value when it fails", async () => {
  const keyring = testKeyring();
  const place = { serverId: newServerId(), name: "X-API-Key", version: 1 };
  const sealed = await sealSecret(keyring, place, VALUE);
  const stored = { ...place, sealed };

  const error = await openSecret(keyring, { ...stored, version: 2 }).catch((e) => e);

  assert.ok(!Deno.inspect(error, { depth: 9 }).includes("sk-live"));
});

Deno.test("Keyring.derive() gives 32 bytes that depend on key and purpose", async () => {
  const keyring = testKeyring("a", "b");
  const hex = async (id: string, purpose: string) => (await keyring.derive(id, purpose)).toHex();

  const first = await hex("a", "one");

  assert.equal(first.length, 64);
  assert.equal(await hex("a", "one"), first);
  assert.notEqual(await hex("a", "two"), first);
  assert.notEqual(await hex("b", "one"), first);
});

function flipped(text: string): string {
  return text.replace(/^./, (first) => first === "A" ? "B" : "A");
}
