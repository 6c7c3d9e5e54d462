import assert from "node:assert/strict";
import { readConfig } from "../../core/config.ts";
import { prefixes } from "../../core/kv/keys.ts";
import { openStore } from "../../core/kv/open_store.ts";
import { loadKeyring } from "../../core/secrets/load_keyring.ts";
import { setSecret } from "../../core/secrets/set_secret.ts";
import { registerServer } from "../../core/servers/register_server.ts";
import { createToken } from "../../core/tokens/create_token.ts";
import { createWorkspace } from "../../core/workspaces/create_workspace.ts";
import { installServer } from "../../core/workspaces/install_server.ts";
import { createServices } from "../../core/services.ts";
import type { KeyReport } from "../../core/secrets/key_report.ts";
import { AN_ADMIN } from "../_support/core.ts";
import { eventually } from "../_support/eventually.ts";
import {
  openWorkspace,
  type RunningGateway,
  startGateway,
  temporaryDataDir,
} from "../_support/gateway.ts";
import { startGatewayPair } from "../_support/gateway_pair.ts";
import { legacy } from "../gateway/_requests.ts";
import { startRecordingUpstream } from "./_recording_upstream.ts";

const OLD_KEY = "default:dGVzdCBrZXksIG5vdCBhIHNlY3JldCwgMzIgYnl0ZXM";
const NEW_KEY = `2027:${"A".repeat(42)}E`;
const SERVERS = 25;
const SECRETS = 20;

/** Calls in a loop, each with a number of its own, and remembers when each began. */
function callInLoop(gateway: RunningGateway, token: string, numbers: () => number) {
  const began = new Map<number, number>();
  const failures: string[] = [];
  let isOver = false;

  async function call(): Promise<void> {
    const number = numbers();
    began.set(number, performance.now());
    const params = { name: "notes__note", arguments: { number } };
    const request = legacy(token, "tools/call", params, { address: gateway.workspaceUrl("team") });
    const response = await fetch(request);
    const text = await response.text();
    if (!text.includes('"done"')) failures.push(`${response.status} ${text}`);
  }

  async function run(): Promise<void> {
    while (!isOver) await call();
  }

  const lanes = Promise.allSettled([run(), run(), run()]);
  return {
    began,
    failures,
    async end() {
      isOver = true;
      const outcomes = await lanes;
      for (const outcome of outcomes) {
        if (outcome.status === "rejected") failures.push(String(outcome.reason));
      }
    },
  };
}

function counter(): () => number {
  let last = 0;
  return () => ++last;
}

Deno.test("a new value is in force for every call on every process once set has answered", async () => {
  await using upstream = startRecordingUpstream();
  await using pair = await startGatewayPair();
  const { a, b } = pair;
  const { token } = await openWorkspace(a, { notes: { url: upstream.url } });
  await a.admin.setSecret("notes", "X-Api-Key", "value-number-0");
  const numbers = counter();

  const loops = [a, b].map((gateway) => callInLoop(gateway, token, numbers));
  const answeredAt = [performance.now()];
  for (let version = 1; version <= 8; version++) {
    const before = upstream.seen.length;
    const current = `value-number-${version - 1}`;
    await eventually("calls with the value before", () => {
      return upstream.seen.slice(before).filter(({ secret }) => secret === current).length > 10;
    });
    const { admin } = version % 2 === 0 ? a : b;
    await admin.setSecret("notes", "X-Api-Key", `value-number-${version}`);
    answeredAt.push(performance.now());
  }
  const settled = upstream.seen.length;
  await eventually("calls with the last value", () => upstream.seen.length > settled + 20);
  for (const loop of loops) await loop.end();

  const began = new Map(loops.flatMap((loop) => [...loop.began]));
  for (const { number, secret, openedWith } of upstream.seen) {
    const at = began.get(number) ?? 0;
    const least = answeredAt.findLastIndex((answered) => answered <= at);
    const version = Number(secret?.replace("value-number-", ""));
    assert.ok(version >= least, `call ${number} began after ${least} and came with ${version}`);
    assert.equal(openedWith, secret, "a session was used with another value than its own");
  }
  for (const { failures } of loops) assert.deepEqual(failures, []);
  await eventually("sessions with earlier values are ended", () => {
    return upstream.openedWith().every((value) => value === "value-number-8");
  });
});

Deno.test("no call fails while 500 secrets are sealed again, and the process that does it is killed", async () => {
  await using upstream = startRecordingUpstream();
  await using folder = await temporaryDataDir();
  const token = await fillStore(folder.path, upstream.url);
  const start = (keys: string) =>
    startGateway({
      dataDir: folder.path,
      env: { AEROSTACK_MASTER_KEY: "", AEROSTACK_MASTER_KEYS: keys },
    });
  await using a = await start(`${NEW_KEY},${OLD_KEY}`);
  await using b = await start(`${NEW_KEY},${OLD_KEY}`);
  const numbers = counter();
  const [atA, atB] = [a, b].map((gateway) => callInLoop(gateway, token, numbers));

  const rotating = a.admin.send("POST", "/keys/rotation").catch(() => {});
  const some = await eventually("some are sealed again", async () => {
    const amount = await sealedBy(folder.path, "2027");
    return amount > 5 ? amount : null;
  });
  await a.process.end("SIGKILL");
  await rotating;
  await atA.end();

  assert.ok(some < SERVERS * SECRETS);
  const left = await sealedBy(folder.path, "default");
  assert.ok(left > 0, "the process was killed too late for this test");
  await using again = await start(`${NEW_KEY},${OLD_KEY}`);
  const atAgain = callInLoop(again, token, numbers);
  const report = await eventually("the old key is needed no more", async () => {
    const found = await b.admin.send<KeyReport>("GET", "/keys");
    return found.keys.some(({ id, isRemovable }) => id === "default" && isRemovable) && found;
  }, 120_000);
  await Promise.all([atB.end(), atAgain.end()]);

  assert.deepEqual(report.keys.map(({ id, sealed }) => [id, sealed]), [
    ["2027", SERVERS * SECRETS],
    ["default", 0],
  ]);
  assert.deepEqual([atB.failures, atAgain.failures], [[], []]);
  assert.ok(atA.failures.every((failure) => /^TypeError/.test(failure)), atA.failures.join());
  assert.ok(upstream.seen.every(({ secret }) => secret === "value 0 of 0"));
  await b[Symbol.asyncDispose]();
  await again[Symbol.asyncDispose]();
  await using alone = await start(NEW_KEY);
  const last = callInLoop(alone, token, numbers);
  const before = upstream.seen.length;
  await eventually("calls without the old key", () => upstream.seen.length > before + 5);
  await last.end();
  assert.deepEqual(last.failures, []);
});

/** 25 servers with 20 secrets each under the old key; the first is installed in `team`. */
async function fillStore(dataDir: string, url: string): Promise<string> {
  const store = await openStore(`${dataDir}/kv.sqlite3`);
  const config = readConfig({
    AEROSTACK_MASTER_KEYS: OLD_KEY,
    AEROSTACK_DATA_DIR: dataDir,
    AEROSTACK_ALLOW_PRIVATE_UPSTREAMS: "1",
  });
  const services = createServices({
    config,
    store,
    keyring: await loadKeyring(config, store, () => {}),
    fetch: globalThis.fetch,
    now: () => new Date(),
    log: () => {},
  });
  await createWorkspace(services, AN_ADMIN, { slug: "team" });
  for (let server = 0; server < SERVERS; server++) {
    const slug = server === 0 ? "notes" : `notes-${server}`;
    await registerServer(services, AN_ADMIN, { slug, name: slug, url });
    for (let secret = 0; secret < SECRETS; secret++) {
      const name = secret === 0 ? "X-Api-Key" : `X-Key-${secret}`;
      const value = `value ${secret} of ${server}`;
      await setSecret(services, AN_ADMIN, slug, name, { value });
    }
  }
  await installServer(services, AN_ADMIN, { server: "notes", workspace: "team" });
  const { token } = await createToken(services, AN_ADMIN, "team", { name: "Alice Chen" });
  await services.close();
  return token;
}

/** How many secrets are sealed under a key, read from the store itself. */
async function sealedBy(dataDir: string, keyId: string): Promise<number> {
  const store = await openStore(`${dataDir}/kv.sqlite3`);
  try {
    const prefix = prefixes.allSecrets;
    const entries = store.kv.list<{ sealed: { keyId: string } }>({ prefix });
    const all = await Array.fromAsync(entries);
    return all.filter(({ value }) => value.sealed.keyId === keyId).length;
  } finally {
    store.close();
  }
}
