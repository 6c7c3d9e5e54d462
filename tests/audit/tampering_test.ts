import assert from "node:assert/strict";
import fc from "fast-check";
import { AuditEntry, hashOf } from "../../core/audit/audit_entry.ts";
import { verifyAudit } from "../../core/audit/verify_audit.ts";
import { keys } from "../../core/kv/keys.ts";
import { AN_ADMIN, type TestCore, testCore } from "../_support/core.ts";

type Raw = Record<string, unknown>;

/** Something that is done to the store behind the gateway's back, at places `a` and `b`. */
type Tampering = (core: TestCore, chain: AuditEntry[], a: number, b: number) => Promise<unknown>;

const OTHER_HASH = "ab".repeat(32);

/** A different value in place of each kind of value. */
function another(value: unknown): unknown {
  if (typeof value === "number") return value + 1;
  if (typeof value === "boolean") return !value;
  if (typeof value === "object") return { ...value, extra: "x" };
  return /^[0-9a-f]{64}$/.test(String(value)) ? OTHER_HASH : `${value}x`;
}

function setEntry({ kv }: TestCore, seq: number, value: unknown): Promise<unknown> {
  return kv.set(keys.auditEntry(seq), value);
}

async function editHead({ kv }: TestCore, change: (head: Raw) => Raw): Promise<void> {
  const { value } = await kv.get<Raw>(keys.auditHead);
  await kv.set(keys.auditHead, change({ ...value }));
}

/** Writes entries that follow each other, as somebody can who has no master key. */
async function writeForged(core: TestCore, entries: AuditEntry[]): Promise<void> {
  let previousHash = entries[0].previousHash;
  for (const entry of entries) {
    const forged = { ...entry, previousHash };
    forged.hash = hashOf(forged);
    previousHash = forged.hash;
    await setEntry(core, forged.seq, forged);
  }
  const seq = entries.at(-1)?.seq;
  await editHead(core, (head) => ({ ...head, seq, hash: previousHash }));
}

async function cutOff(core: TestCore, chain: AuditEntry[], a: number): Promise<AuditEntry> {
  const kept = chain.slice(0, Math.max(1, a % chain.length));
  for (const { seq } of chain.slice(kept.length)) await core.kv.delete(keys.auditEntry(seq));
  return kept[kept.length - 1];
}

async function forgeFrom(core: TestCore, chain: AuditEntry[], a: number, keyId: string) {
  const forged = chain.slice(a % chain.length).map((entry) => ({ ...entry, keyId }));
  forged[0].action = "forged.action";
  await writeForged(core, forged);
}

const TAMPERINGS: Record<string, Tampering> = {
  ...Object.fromEntries(
    Object.keys(AuditEntry.shape).map((field): [string, Tampering] => [
      `edit ${field} of an entry`,
      (core, chain, a) => {
        const entry = chain[a % chain.length];
        return setEntry(core, entry.seq, { ...entry, [field]: another(Object(entry)[field]) });
      },
    ]),
  ),
  ...Object.fromEntries(
    ["seq", "hash", "keyId", "seal"].map((field): [string, Tampering] => [
      `edit ${field} of the head`,
      (core) => editHead(core, (head) => ({ ...head, [field]: another(head[field]) })),
    ]),
  ),
  "remove an entry": ({ kv }, chain, a) => kv.delete(keys.auditEntry(a % chain.length + 1)),
  "remove all entries": async ({ kv }, chain) => {
    for (const { seq } of chain) await kv.delete(keys.auditEntry(seq));
  },
  "remove the head": ({ kv }) => kv.delete(keys.auditHead),
  "swap two entries": async (core, chain, a, b) => {
    const one = chain[a % chain.length];
    const other = chain[(a + 1 + b % (chain.length - 1)) % chain.length];
    await setEntry(core, one.seq, other);
    await setEntry(core, other.seq, one);
  },
  "insert between": (core, chain, a) => {
    const entry = chain[a % chain.length];
    return setEntry(core, entry.seq - 0.5, entry);
  },
  "insert at the end": (core, chain, a) =>
    setEntry(core, chain.length + 1, chain[a % chain.length]),
  "insert under a text": ({ kv }, chain, a) => kv.set(["audit", "x"], chain[a % chain.length]),
  "cut off the end": (core, chain, a) => cutOff(core, chain, a),
  "cut off the end with the head": async (core, chain, a) => {
    await cutOff(core, chain, a);
    await core.kv.delete(keys.auditHead);
  },
  "cut off the end, and move the head": async (core, chain, a) => {
    const { seq, hash } = await cutOff(core, chain, a);
    await editHead(core, (head) => ({ ...head, seq, hash }));
  },
  "edit an entry and compute all hashes anew": (core, chain, a) =>
    forgeFrom(core, chain, a, "default"),
  "edit an entry and compute all hashes anew, as of a key that is gone": (core, chain, a) =>
    forgeFrom(core, chain, a, "gone"),
  "edit an entry and compute its own hash anew, as of a key that is gone": (core, chain, a) => {
    const entry = { ...chain[a % chain.length], keyId: "gone", action: "forged.action" };
    return setEntry(core, entry.seq, { ...entry, hash: hashOf(entry) });
  },
  "leave out an entry, and number and hash the rest anew": async (core, chain, a) => {
    const rest = chain.filter((_, index) => index !== a % chain.length);
    for (const { seq } of chain) await core.kv.delete(keys.auditEntry(seq));
    rest[0].previousHash = "0".repeat(64);
    await writeForged(core, rest.map((entry, index) => ({ ...entry, seq: index + 1 })));
  },
};

async function append(core: TestCore, number: number): Promise<void> {
  await core.audit.commit(AN_ADMIN, "change", () => {
    const entry = {
      action: "test.update",
      subject: { thing: `thing-${number}` },
      changes: { size: { before: number, after: number + 1 } },
    };
    return Promise.resolve({ atomic: core.kv.atomic(), result: null, entry });
  });
}

async function chainOf(core: TestCore): Promise<AuditEntry[]> {
  const { items } = await core.audit.list({ limit: 100, cursor: null });
  return items.reverse();
}

Deno.test("whatever is done to a chain behind the gateway's back, verification finds it", async () => {
  const seen = new Set<string>();

  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...Object.keys(TAMPERINGS)),
      fc.integer({ min: 2, max: 8 }),
      fc.nat({ max: 1_000 }),
      fc.nat({ max: 1_000 }),
      fc.nat({ max: 2 }),
      async (name, length, a, b, changesAfter) => {
        using core = await testCore();
        for (let number = 0; number < length; number++) await append(core, number);
        assert.equal((await verifyAudit(core.audit)).problem, null);

        await TAMPERINGS[name](core, await chainOf(core), a, b);

        assert.equal((await verifyAudit(core.audit)).ok, false);
        // Nor is it forgotten when the log goes on, or stands still.
        for (let number = 0; number < changesAfter; number++) {
          await append(core, number).catch((error) => {
            assert.match(error.message, /has not loaded|always first/);
          });
        }
        assert.equal((await verifyAudit(core.audit)).ok, false);
        seen.add(name);
      },
    ),
    { numRuns: 600 },
  );

  assert.deepEqual([...seen].sort(), Object.keys(TAMPERINGS).sort());
});

Deno.test("verification names the first entry that is wrong, and why", async () => {
  const cases: [
    (core: TestCore, chain: AuditEntry[]) => Promise<unknown>,
    number | null,
    RegExp,
  ][] = [
    [({ kv }) => kv.delete(keys.auditEntry(3)), 3, /entry 3 is missing.* is 4$/],
    [
      async ({ kv }) => {
        await kv.delete(keys.auditEntry(2));
        await kv.delete(keys.auditEntry(3));
      },
      2,
      /from 2 on are missing.* is 4$/,
    ],
    [
      ({ kv }, chain) => kv.set(keys.auditEntry(4), { ...chain[3], at: chain[0].at, action: "x" }),
      4,
      /content is not what was written/,
    ],
    [({ kv }, chain) => kv.set(keys.auditEntry(2), chain[4]), 2, /written as entry 5/],
    [({ kv }) => kv.delete(keys.auditEntry(5)), null, /cut off: it ended with entry 5, now with 4/],
    [({ kv }) => kv.delete(keys.auditHead), null, /where the log ends is missing/],
    [({ kv }) => kv.set(keys.auditEntry(1), "nonsense"), 1, /no entry/],
  ];

  for (const [apply, seq, message] of cases) {
    using core = await testCore();
    for (let number = 0; number < 5; number++) await append(core, number);
    await apply(core, await chainOf(core));
    const { ok, problem } = await verifyAudit(core.audit);
    assert.equal(ok, false);
    assert.equal(problem?.seq, seq);
    assert.match(problem?.message ?? "", message);
  }
});

Deno.test("an entry that was noted down finds an older copy of the whole store", async () => {
  using core = await testCore();
  for (let number = 0; number < 3; number++) await append(core, number);
  const older = await Array.fromAsync(core.kv.list({ prefix: [] }));
  await append(core, 3);
  const { last } = await verifyAudit(core.audit);

  await core.kv.delete(keys.auditEntry(4));
  for (const { key, value } of older) await core.kv.set(key, value);

  assert.equal((await verifyAudit(core.audit)).ok, true);
  assert.match((await verifyAudit(core.audit, last)).problem?.message ?? "", /before the expected/);
  await append(core, 99);
  assert.equal((await verifyAudit(core.audit, last)).problem?.seq, 4);
});

Deno.test("an entry that was noted down finds an older end that was put back alone", async () => {
  using core = await testCore();
  for (let number = 0; number < 3; number++) await append(core, number);
  const { value: olderHead } = await core.kv.get(keys.auditHead);
  await append(core, 3);
  const { last } = await verifyAudit(core.audit);

  await core.kv.delete(keys.auditEntry(4));
  await core.kv.set(keys.auditHead, olderHead);

  assert.equal((await verifyAudit(core.audit)).ok, true);
  assert.match((await verifyAudit(core.audit, last)).problem?.message ?? "", /before the expected/);
});

Deno.test("an entry that was written here once, before an older copy came back, is found", async () => {
  using core = await testCore();
  for (let number = 0; number < 3; number++) await append(core, number);
  const older = await Array.fromAsync(core.kv.list({ prefix: [] }));
  await append(core, 100);
  const [, , , other] = await chainOf(core);
  await core.kv.delete(keys.auditEntry(4));
  for (const { key, value } of older) await core.kv.set(key, value);
  for (let number = 3; number < 6; number++) await append(core, number);
  assert.equal((await verifyAudit(core.audit)).ok, true);

  await setEntry(core, 4, other);

  const { problem } = await verifyAudit(core.audit);
  assert.equal(problem?.seq, 5);
  assert.match(problem.message, /does not follow entry 4/);
});

Deno.test("an empty log is whole, and a log may grow while it is verified", async () => {
  using core = await testCore();
  assert.deepEqual(await verifyAudit(core.audit), {
    ok: true,
    count: 0,
    last: null,
    problem: null,
  });
  for (let number = 0; number < 150; number++) await append(core, number);

  const growing = Array.from({ length: 30 }, (_, number) => append(core, number));
  const found = await Promise.all([verifyAudit(core.audit), verifyAudit(core.audit)]);
  await Promise.all(growing);

  assert.deepEqual(found.map(({ problem }) => problem), [null, null]);
});
