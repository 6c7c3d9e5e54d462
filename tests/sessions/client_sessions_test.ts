import assert from "node:assert/strict";
import { newTokenId, newWorkspaceId } from "../../core/ids.ts";
import { keys } from "../../core/kv/keys.ts";
import type { Keyring } from "../../core/secrets/keyring.ts";
import { ClientSessions } from "../../core/sessions/client_sessions.ts";
import { EndedSessionStore } from "../../core/sessions/ended_session_store.ts";
import { RecordSeal } from "../../core/sessions/record_seal.ts";
import { ClientSession, SESSION_LIFETIME_MS } from "../../core/sessions/session.ts";
import type { Token } from "../../core/tokens/token.ts";
import { testKeyring } from "../_support/core.ts";
import { memoryStore } from "../_support/store.ts";

const START = Date.parse("2026-11-22T09:30:00.000Z");
const HELLO = {
  protocolVersion: "2025-06-18",
  clientInfo: { name: "editor", version: "1", title: "Größe 世界" },
  capabilities: { roots: { listChanged: true } },
};

function someToken(workspaceId = newWorkspaceId()): Token {
  return {
    id: newTokenId(),
    workspaceId,
    name: "Alice",
    email: null,
    hash: "0".repeat(64),
    visibleStart: "mwt_alice_Ab3d",
    createdAt: new Date(START).toISOString(),
    expiresAt: null,
    revokedAt: null,
    policy: null,
    limits: { requestsPerMinute: null, concurrentCalls: null },
  };
}

async function sessionsOnStore(keyring: Keyring = testKeyring()) {
  const store = await memoryStore();
  let nowMs = START;
  const inProcess = () =>
    new ClientSessions(keyring, new EndedSessionStore(store.kv), () => new Date(nowMs));
  return {
    sessions: inProcess(),
    /** The same as another process has it. */
    inProcess,
    advance: (delayMs: number) => void (nowMs += delayMs),
    async endedIn({ workspaceId }: Token): Promise<bigint> {
      const { value } = await store.kv.get<Deno.KvU64>(keys.sessionsEnded(workspaceId));
      return value?.value ?? 0n;
    },
    [Symbol.dispose]: () => store.close(),
  };
}

Deno.test("a session id is visible ASCII, and says nothing to its bearer", async () => {
  using core = await sessionsOnStore();
  const token = someToken();

  const id = await core.sessions.idOf(core.sessions.agree(token, HELLO, null));

  assert.match(id, /^[\x21-\x7e]+$/);
  const bytes = id.split(".").map((part) => {
    try {
      return atob(part.replaceAll("-", "+").replaceAll("_", "/"));
    } catch {
      return part;
    }
  }).join("");
  for (const part of [token.id, token.workspaceId, "editor", "2025-06-18"]) {
    assert.ok(!id.includes(part) && !bytes.includes(part), part);
  }
});

Deno.test("a session comes back from its id, in every process that has the key", async () => {
  using core = await sessionsOnStore();
  const token = someToken();
  const session = core.sessions.agree(token, HELLO, null);

  const id = await core.sessions.idOf(session);

  assert.deepEqual(await core.sessions.find(id, { token, sessionsEnded: 0n }, null), session);
  assert.deepEqual(await core.inProcess().find(id, { token, sessionsEnded: 0n }, null), session);
  assert.deepEqual(session.capabilities, HELLO.capabilities);
  assert.equal(session.protocolVersion, "2025-06-18");
});

Deno.test("a session belongs to the endpoint that it was begun at", async () => {
  using core = await sessionsOnStore();
  const token = someToken();
  const access = { token, sessionsEnded: 0n };
  const ofAll = await core.sessions.idOf(core.sessions.agree(token, HELLO, null));
  const ofOne = await core.sessions.idOf(core.sessions.agree(token, HELLO, "notes"));

  assert.notEqual(await core.sessions.find(ofAll, access, null), null);
  assert.notEqual(await core.sessions.find(ofOne, access, "notes"), null);
  assert.equal(await core.sessions.find(ofAll, access, "notes"), null);
  assert.equal(await core.sessions.find(ofOne, access, null), null);
  assert.equal(await core.sessions.find(ofOne, access, "board"), null);
});

Deno.test("an unknown protocol version is answered with the newest legacy one", async () => {
  using core = await sessionsOnStore();

  for (const protocolVersion of ["2026-07-28", "1.0", undefined, 7]) {
    const session = core.sessions.agree(someToken(), { ...HELLO, protocolVersion }, null);
    assert.equal(session.protocolVersion, "2025-11-25");
  }
});

Deno.test("a session id cannot be changed in any place", async () => {
  using core = await sessionsOnStore();
  const token = someToken();
  const id = await core.sessions.idOf(core.sessions.agree(token, HELLO, null));
  const [keyId, nonce, ciphertext] = id.split(".");
  const flipped = (text: string, at: number) =>
    text.slice(0, at) + (text[at] === "A" ? "B" : "A") + text.slice(at + 1);

  for (let at = 0; at < id.replace(/=*$/, "").length - 1; at++) {
    assert.equal(
      await core.sessions.find(flipped(id, at), { token, sessionsEnded: 0n }, null),
      null,
      `at ${at}`,
    );
  }
  const others = [
    ...["", ".", "..", "...", `${keyId}..`, `${keyId}.${nonce}`, `${id}.`, `.${id}`, `${id}.x`],
    `${keyId}.${nonce}.`,
    `${keyId}.${ciphertext}.${nonce}`,
    `other.${nonce}.${ciphertext}`,
    ciphertext,
    crypto.randomUUID(),
  ];
  for (const other of others) {
    assert.equal(await core.sessions.find(other, { token, sessionsEnded: 0n }, null), null, other);
  }
});

Deno.test("a session id is of no use to another token, not even of the same workspace", async () => {
  using core = await sessionsOnStore();
  const token = someToken();
  const id = await core.sessions.idOf(core.sessions.agree(token, HELLO, null));
  await core.sessions.find(id, { token, sessionsEnded: 0n }, null);

  assert.equal(
    await core.sessions.find(id, { token: someToken(token.workspaceId), sessionsEnded: 0n }, null),
    null,
  );
  assert.equal(await core.sessions.find(id, { token: someToken(), sessionsEnded: 0n }, null), null);
  assert.equal(
    await core.sessions.find(
      id,
      { token: { ...someToken(), id: token.id }, sessionsEnded: 0n },
      null,
    ),
    null,
  );
});

Deno.test("what was sealed under another key, or for another purpose, is no session", async () => {
  using core = await sessionsOnStore();
  const token = someToken();
  const session = core.sessions.agree(token, HELLO, null);

  const otherKey = new RecordSeal(testKeyring("other"), "client-session", ClientSession);
  const otherPurpose = new RecordSeal(testKeyring(), "sse-stream", ClientSession);

  for (const seal of [otherKey, otherPurpose]) {
    assert.equal(
      await core.sessions.find(await seal.seal(session), { token, sessionsEnded: 0n }, null),
      null,
    );
  }
  const same = new RecordSeal(testKeyring(), "client-session", ClientSession);
  assert.deepEqual(
    await core.sessions.find(await same.seal(session), { token, sessionsEnded: 0n }, null),
    session,
  );
});

Deno.test("a session that was sealed under an older key is still found", async () => {
  const token = someToken();
  using before = await sessionsOnStore(testKeyring("a"));
  const id = await before.sessions.idOf(before.sessions.agree(token, HELLO, null));
  const both = testKeyring("a", "b");

  using after = await sessionsOnStore(both);

  assert.equal(
    (await after.sessions.find(id, { token, sessionsEnded: 0n }, null))?.tokenId,
    token.id,
  );
});

Deno.test("two sessions of the same client have ids and names of their own", async () => {
  using core = await sessionsOnStore();
  const token = someToken();
  const [one, two] = [
    core.sessions.agree(token, HELLO, null),
    core.sessions.agree(token, HELLO, null),
  ];

  assert.notEqual(one.nonce, two.nonce);
  assert.notEqual(await core.sessions.idOf(one), await core.sessions.idOf(one));
});

Deno.test("a session ends after seven days", async () => {
  using core = await sessionsOnStore();
  const token = someToken();
  const id = await core.sessions.idOf(core.sessions.agree(token, HELLO, null));

  core.advance(SESSION_LIFETIME_MS);
  assert.notEqual(await core.sessions.find(id, { token, sessionsEnded: 0n }, null), null);
  core.advance(1);
  assert.equal(await core.sessions.find(id, { token, sessionsEnded: 0n }, null), null);
});

Deno.test("a session that was ended is gone in every process, and no other is", async () => {
  using core = await sessionsOnStore();
  const token = someToken();
  const other = core.inProcess();
  const ended: string[] = [];
  const kept = await core.sessions.idOf(core.sessions.agree(token, HELLO, null));

  const accessOf = async (of: Token) => ({
    token: of,
    sessionsEnded: await core.endedIn(of),
  });

  for (let round = 0; round < 5; round++) {
    const session = core.sessions.agree(token, HELLO, null);
    const id = await core.sessions.idOf(session);
    assert.deepEqual(await other.find(id, await accessOf(token), null), session);
    await core.sessions.end(session);
    ended.push(id);
    for (const one of ended) {
      assert.equal(
        await core.sessions.find(one, await accessOf(token), null),
        null,
      );
      assert.equal(await other.find(one, await accessOf(token), null), null);
    }
    assert.notEqual(await other.find(kept, await accessOf(token), null), null);
  }
});

Deno.test("many who ask at once about ended sessions all get the truth", async () => {
  using core = await sessionsOnStore();
  const token = someToken();
  const sessions = Array.from({ length: 50 }, () => core.sessions.agree(token, HELLO, null));
  const ids = await Promise.all(sessions.map((session) => core.sessions.idOf(session)));
  await Promise.all(sessions.slice(25).map((session) => core.sessions.end(session)));
  const other = core.inProcess();

  const count = await core.endedIn(token);
  const found = await Promise.all(
    ids.map((id) => other.find(id, { token, sessionsEnded: count }, null)),
  );

  assert.deepEqual(found.map((one) => one !== null), ids.map((_, at) => at < 25));
});

Deno.test("a counter that says more than there is keeps nobody waiting", async () => {
  using core = await sessionsOnStore();
  const token = someToken();
  const id = await core.sessions.idOf(core.sessions.agree(token, HELLO, null));

  assert.notEqual(await core.sessions.find(id, { token, sessionsEnded: 1_000n }, null), null);
});

Deno.test("a client that says more about itself than a header can carry is refused", async () => {
  using core = await sessionsOnStore();
  const clientInfo = { name: "x".repeat(4_000), version: "1" };

  assert.throws(() => core.sessions.agree(someToken(), { ...HELLO, clientInfo }, null), {
    code: "invalid_input",
    message: /the limit is/,
  });
});

Deno.test("the id of the longest session that is allowed fits into a header", async () => {
  using core = await sessionsOnStore();
  const clientInfo = { name: "世".repeat(2_000), version: "1" };

  assert.throws(() => core.sessions.agree(someToken(), { clientInfo }, null), {
    code: "invalid_input",
  });
  const fits = core.sessions.agree(someToken(), {
    clientInfo: { name: "世".repeat(900), version: "1" },
  }, null);
  assert.ok((await core.sessions.idOf(fits)).length < 5_000);
});

Deno.test("RecordSeal opens nothing that another release sealed in another shape", async () => {
  const older = new RecordSeal(testKeyring(), "client-session", ClientSession.partial());
  const seal = new RecordSeal(testKeyring(), "client-session", ClientSession);

  assert.equal(await seal.open(await older.seal({ nonce: "n" })), null);
});
