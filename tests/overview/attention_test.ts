import assert from "node:assert/strict";
import type { LeakEvent } from "../../core/events/event.ts";
import { newServerId } from "../../core/ids.ts";
import * as attention from "../../core/overview/attention.ts";
import type { KeyCheck } from "../../core/secrets/key_check.ts";
import type { ServerRow } from "../../core/servers/server_row.ts";
import { Slug } from "../../core/slug.ts";
import { START } from "../_support/core.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

function aServer(changes: Partial<ServerRow> = {}): ServerRow {
  return {
    id: newServerId(),
    slug: Slug.parse("reports"),
    name: "Reports",
    url: "https://mcp.example.com",
    disabled: null,
    health: { eras: [], transport: null, probedAt: null, breaker: null },
    tools: null,
    changesWaiting: 0,
    createdAt: START.toISOString(),
    ...changes,
  };
}

function aWorkspace(changes: Partial<attention.WorkspaceFacts> = {}): attention.WorkspaceFacts {
  const createdAt = START.toISOString();
  const some = { servers: 1, activeTokens: 1, expiring: 0, isDisabled: false };
  return { slug: "backend", createdAt, ...some, ...changes };
}

function aLeak(changes: Partial<LeakEvent> = {}): LeakEvent {
  return {
    at: START.toISOString(),
    serverId: newServerId(),
    server: Slug.parse("reports"),
    kind: "leak",
    secret: "API_KEY",
    form: "raw",
    place: "body",
    method: "tools/call",
    tool: "search",
    times: 1,
    ...changes,
  };
}

function aKey(keyId: string, changes: Partial<KeyCheck> = {}): KeyCheck {
  const some = { nonce: "", ciphertext: "", chosen: 1, retiringSince: null, retiredAt: null };
  return { keyId, ...some, ...changes };
}

const AT = START.toISOString();
const BLOCKED = { at: AT, reason: "leak", by: "the gateway" } as const;
const BREAKER = { failures: 5, since: AT, nextTryAt: AT, lastError: "It answered 502." };

/** What there is to say of each, and what there is not. */
const pathsOf = (all: readonly attention.Attention[]) => all.map(({ path }) => path);

Deno.test("a server needs attention while it is blocked, fails, or is defined otherwise", () => {
  const { health } = aServer();
  const blocked = aServer({ disabled: BLOCKED });
  const failing = aServer({ health: { ...health, breaker: BREAKER } });
  const waiting = aServer({ changesWaiting: 2 });
  const byAdmin = aServer({ disabled: { ...BLOCKED, reason: "admin" } });

  assert.deepEqual(pathsOf(attention.ofBlockedServers([blocked, failing, waiting, byAdmin])), [
    "/servers/reports/settings",
  ]);
  assert.deepEqual(pathsOf(attention.ofOpenBreakers([blocked, failing, waiting, byAdmin])), [
    "/calls?server=reports&outcome=upstream_failure",
  ]);
  assert.match(attention.ofChangedDefinitions([waiting])[0].sentence, /has 2 definitions that/);
  for (
    const of of [
      attention.ofBlockedServers,
      attention.ofOpenBreakers,
      attention.ofChangedDefinitions,
    ]
  ) {
    assert.deepEqual(of([aServer()]), []);
  }
});

Deno.test("leaks of the last 7 days need attention, one for each server that is not blocked", () => {
  const old = aLeak({ at: new Date(START.getTime() - 7 * DAY_MS - 1).toISOString() });
  const leaks = [aLeak(), aLeak({ secret: "OTHER" }), aLeak()];

  const shown = attention.ofLeaks(leaks, [aServer()], START);

  assert.deepEqual(pathsOf(shown), ["/events?kind=leak&server=reports"]);
  assert.match(shown[0].sentence, /sent back the secret API_KEY, OTHER, which/);
  assert.deepEqual(attention.ofLeaks([old], [aServer()], START), []);
  assert.deepEqual(attention.ofLeaks(leaks, [aServer({ disabled: BLOCKED })], START), []);
});

Deno.test("deliveries that were given up and sinks that fail need attention", () => {
  const webhooks = [{ id: "a", name: "pager", dead: 1 }, { id: "b", name: "chat", dead: 0 }];
  const failure = { reason: "It answered 401." };
  const sinks = [{ id: "c", name: "siem", failure }, { id: "d", name: "other", failure: null }];

  const [dead, ...rest] = attention.ofDeadDeliveries(webhooks);
  const [failing, ...others] = attention.ofFailingSinks(sinks);

  assert.deepEqual([rest, others], [[], []]);
  assert.deepEqual([dead.path, failing.path], [
    "/settings/webhooks/a?state=dead",
    "/settings/sinks/c",
  ]);
  assert.equal(dead.sentence, "1 delivery of the webhook pager was given up.");
  assert.match(failing.sentence, /siem does not get the log: It answered 401\./);
});

Deno.test("another master key needs attention until it is retired and taken out", () => {
  const keys = { primaryId: "new", loaded: ["new", "old"] };
  const retiring = { retiringSince: AT };
  const retired = { ...retiring, retiredAt: AT };
  const of = (check: KeyCheck, loaded = keys.loaded) => {
    return attention.ofMasterKeys([aKey("new"), check], { ...keys, loaded })
      .map(({ sentence }) => sentence);
  };

  assert.match(of(aKey("old"))[0], /old is still in use beside new/);
  assert.match(of(aKey("old", retiring))[0], /being sealed again that old sealed/);
  assert.match(of(aKey("old", retired))[0], /Nothing needs the master key old any more/);
  assert.deepEqual(of(aKey("old", retired), ["new"]), []);
});

Deno.test("a workspace needs attention while it is new and of no use, or its tokens expire", () => {
  const unused = (changes: Partial<attention.WorkspaceFacts>, now = START) => {
    return pathsOf(attention.ofUnusedWorkspaces([aWorkspace(changes)], now));
  };
  const later = new Date(START.getTime() + 7 * DAY_MS + 1);

  assert.deepEqual(unused({ servers: 0 }), ["/workspaces/backend"]);
  assert.deepEqual(unused({ activeTokens: 0 }), ["/workspaces/backend/tokens"]);
  assert.deepEqual(unused({ servers: 0, isDisabled: true }), []);
  assert.deepEqual(unused({ servers: 0 }, later), []);
  assert.deepEqual(unused({}), []);
  assert.deepEqual(attention.ofExpiringTokens([aWorkspace()]), []);
  assert.match(
    attention.ofExpiringTokens([aWorkspace({ expiring: 1 })])[0].sentence,
    /^1 token of backend expires within 7 days\.$/,
  );
});
