import assert from "node:assert/strict";
import { ConfigError } from "../../core/environment.ts";
import { openStore, type Store } from "../../core/kv/open_store.ts";
import { KeyCheckStore } from "../../core/secrets/key_check_store.ts";
import { loadKeyring } from "../../core/secrets/load_keyring.ts";
import { START } from "../_support/core.ts";
import { memoryStore } from "../_support/store.ts";

const FIRST = { id: "default", bytes: new Uint8Array(32).fill(1) };
const SECOND = { id: "2027", bytes: new Uint8Array(32).fill(2) };

Deno.test("loadKeyring() makes a key for an empty store, once, readable by its owner only", async () => {
  await using place = await dataFolder();
  const lines: string[] = [];

  const made = await loadKeyring(place.config, place.store, (line) => lines.push(line));
  const again = await loadKeyring(place.config, place.store, (line) => lines.push(line));

  const { mode } = await Deno.stat(`${place.dataDir}/master.key`);
  assert.equal((mode ?? 0) & 0o777, 0o600);
  assert.deepEqual(await made.derive("default", "x"), await again.derive("default", "x"));
  assert.equal(lines.length, 1);
  assert.match(lines[0], /master\.key.*AEROSTACK_MASTER_KEY in production/);
});

Deno.test("loadKeyring() gives two processes that start together one key", async () => {
  await using place = await dataFolder();

  const rings = await Promise.all(
    Array.from({ length: 5 }, () => loadKeyring(place.config, place.store, () => {})),
  );

  const derived = await Promise.all(rings.map((ring) => ring.derive("default", "x")));
  assert.equal(new Set(derived.map((bytes) => bytes.toHex())).size, 1);
  const names = Array.from(Deno.readDirSync(place.dataDir), ({ name }) => name);
  assert.ok(names.every((name) => !name.startsWith("master.key.")), names.join());
});

Deno.test("loadKeyring() opens the store with the file's key given as a variable", async () => {
  await using place = await dataFolder();
  await loadKeyring(place.config, place.store, () => {});
  const text = await Deno.readTextFile(`${place.dataDir}/master.key`);
  const bytes = Uint8Array.fromBase64(text.trim(), { alphabet: "base64url" });
  const config = { ...place.config, masterKeys: [{ id: "default", bytes }] };

  assert.equal((await loadKeyring(config, place.store, () => {})).primaryId, "default");
});

Deno.test("loadKeyring() makes no second key for a store whose key file is gone", async () => {
  await using place = await dataFolder();
  await loadKeyring(place.config, place.store, () => {});
  await Deno.remove(`${place.dataDir}/master.key`);

  await assert.rejects(loadKeyring(place.config, place.store, () => {}), {
    name: "ConfigError",
    message: /sealed with the master key "default"/,
  });
});

Deno.test("loadKeyring() refuses another key under the same id", async () => {
  using store = await memoryStore();
  const other = { ...FIRST, bytes: SECOND.bytes };
  await loadKeyring(withKeys([FIRST]), store, () => {});

  await assert.rejects(loadKeyring(withKeys([other]), store, () => {}), {
    name: "ConfigError",
    message: /"default" is not the one that sealed this store/,
  });
});

Deno.test("loadKeyring() names every key that is missing", async () => {
  using store = await memoryStore();
  await loadKeyring(withKeys([FIRST]), store, () => {});
  await loadKeyring(withKeys([SECOND, FIRST]), store, () => {});
  const third = { id: "third", bytes: new Uint8Array(32).fill(3) };

  await assert.rejects(loadKeyring(withKeys([third]), store, () => {}), {
    name: "ConfigError",
    message: /AEROSTACK_MASTER_KEYS=2027:<key>,default:<key>/,
  });
  await assert.rejects(loadKeyring(withKeys([SECOND]), store, () => {}), ConfigError);
});

Deno.test("loadKeyring() asks for the variable where no disk can keep a key", async () => {
  using store = await memoryStore();
  const hosted = { masterKeys: [], dataDir: "./data", kvPath: null };
  const remote = { ...hosted, kvPath: "https://kv.example.com" };

  for (const config of [hosted, remote]) {
    await assert.rejects(loadKeyring(config, store, () => {}), {
      name: "ConfigError",
      message: /AEROSTACK_MASTER_KEY is not set/,
    });
  }
});

Deno.test("loadKeyring() asks for the variable when the folder cannot be written", async () => {
  await using place = await dataFolder();
  const config = { ...place.config, dataDir: `${place.dataDir}/kv.sqlite3/below` };

  await assert.rejects(loadKeyring(config, place.store, () => {}), {
    name: "ConfigError",
    message: /cannot be kept in .*set AEROSTACK_MASTER_KEY/,
  });
});

Deno.test("loadKeyring() refuses a key file that holds no key, and warns of one that others read", async () => {
  await using place = await dataFolder();
  const path = `${place.dataDir}/master.key`;
  const lines: string[] = [];

  await Deno.writeTextFile(path, "SENSITIVE but no key\n");
  await assert.rejects(loadKeyring(place.config, place.store, () => {}), (error: Error) => {
    assert.match(error.message, /master\.key is not 32 bytes/);
    assert.ok(!error.message.includes("SENSITIVE"));
    return true;
  });

  await Deno.writeTextFile(path, `${"A".repeat(43)}\n`);
  await Deno.chmod(path, 0o644);
  await loadKeyring(place.config, place.store, (line) => lines.push(line));
  assert.match(lines[0], /chmod 600/);
});

Deno.test("loadKeyring() refuses keys whose ids were swapped", async () => {
  using store = await memoryStore();
  await loadKeyring(withKeys([FIRST]), store, () => {});
  await loadKeyring(withKeys([SECOND, FIRST]), store, () => {});
  const swapped = [{ ...SECOND, bytes: FIRST.bytes }, { ...FIRST, bytes: SECOND.bytes }];

  await assert.rejects(loadKeyring(withKeys(swapped), store, () => {}), {
    name: "ConfigError",
    message: /is not the one that sealed this store/,
  });
});

Deno.test("loadKeyring() refuses an older copy of the store without the key that it was sealed with", async () => {
  using store = await memoryStore();
  await loadKeyring(withKeys([FIRST]), store, () => {});
  const backup = await Array.fromAsync(store.kv.list({ prefix: [] }));
  const both = await loadKeyring(withKeys([SECOND, FIRST]), store, () => {});
  await retireOthers(store, both.primaryId);
  await loadKeyring(withKeys([SECOND]), store, () => {});

  using restored = await memoryStore();
  for (const { key, value } of backup) await restored.kv.set(key, value);

  await assert.rejects(loadKeyring(withKeys([SECOND]), restored, () => {}), {
    name: "ConfigError",
    message: /sealed with the master key "default", which is not set/,
  });
  assert.equal(
    (await loadKeyring(withKeys([SECOND, FIRST]), restored, () => {})).primaryId,
    "2027",
  );
});

Deno.test("loadKeyring() refuses a store whose record of a key is damaged, whichever way", async () => {
  for (const damage of [{ nonce: 5 }, { ciphertext: "AAAA" }, { nonce: "not base64url!" }]) {
    using store = await memoryStore();
    await loadKeyring(withKeys([FIRST]), store, () => {});
    const [entry] = await Array.fromAsync(store.kv.list<object>({ prefix: ["key_check"] }));
    await store.kv.set(entry.key, { ...entry.value, ...damage });

    await assert.rejects(loadKeyring(withKeys([FIRST]), store, () => {}), {
      name: "ConfigError",
      message: /"default".*(damaged|not the one that sealed)|damaged .*"default"/,
    });
  }
});

Deno.test("loadKeyring() takes another key under the id of one that is retired", async () => {
  using store = await memoryStore();
  await loadKeyring(withKeys([FIRST]), store, () => {});
  await loadKeyring(withKeys([SECOND, FIRST]), store, () => {});
  await retireOthers(store, SECOND.id);
  const again = { id: FIRST.id, bytes: new Uint8Array(32).fill(9) };

  await loadKeyring(withKeys([again, SECOND]), store, () => {});

  await assert.rejects(loadKeyring(withKeys([SECOND, FIRST]), store, () => {}), ConfigError);
  await loadKeyring(withKeys([SECOND, again]), store, () => {});
});

/** Retires all keys but one, as a rotation does that found nothing under them. */
async function retireOthers({ kv }: Store, primaryId: string): Promise<void> {
  const checks = new KeyCheckStore(kv);
  const { atomic } = await checks.prepareRetirement(primaryId, START);
  await atomic?.commit();
  for (const check of await checks.list()) {
    if (check.keyId !== primaryId) assert.ok(await checks.retire(check, START));
  }
}

function withKeys(masterKeys: readonly typeof FIRST[]) {
  return { masterKeys, dataDir: "/nowhere", kvPath: ":memory:" };
}

async function dataFolder() {
  const dataDir = await Deno.makeTempDir({ prefix: "aerostack_keys_" });
  const store = await openStore(`${dataDir}/kv.sqlite3`);
  return {
    dataDir,
    store,
    config: { masterKeys: [], dataDir, kvPath: null },
    async [Symbol.asyncDispose]() {
      store.close();
      await Deno.remove(dataDir, { recursive: true });
    },
  };
}
