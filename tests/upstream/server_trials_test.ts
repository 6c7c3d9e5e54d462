import assert from "node:assert/strict";
import type { Admin } from "../../core/admins/admin.ts";
import { asGatewayError } from "../../core/errors.ts";
import { MAX_BODY_BYTES } from "../../core/api/read_input.ts";
import { findingOf } from "../../core/servers/connection_finding.ts";
import { AddressRules } from "../../core/servers/address_rules.ts";
import type { TestReport } from "../../core/servers/test_report.ts";
import {
  MAX_TRIALS,
  MAX_TRIALS_PER_ADMIN,
  ServerTrials,
} from "../../core/upstream/server_trials.ts";
import { eventually } from "../_support/eventually.ts";
import { MISBEHAVIOURS, startHostile, startRedirecting } from "../_support/hostile_upstreams.ts";
import { startBothEras, startModern } from "../_support/modern_upstreams.ts";
import { startLegacySse, startLegacyStateless } from "../_support/legacy_upstreams.ts";
import type { Upstream } from "../_support/upstream.ts";

const NEVER = new AbortController().signal;
const LOCAL = new AddressRules({ allowPrivate: true });
const FREE = { take: () => Promise.resolve(true), secondsLeft: 60 };

function admin(id: string): Admin {
  return { kind: "session", id, name: "Alice Chen", role: "admin" };
}

function trialsWith(deps: Partial<ConstructorParameters<typeof ServerTrials>[0]> = {}) {
  const now = () => new Date();
  return new ServerTrials({ fetch, addresses: LOCAL, quotas: FREE, now, ...deps });
}

function hostile(name: string): Upstream {
  const found = MISBEHAVIOURS.find((one) => one.name === name);
  assert.ok(found !== undefined, name);
  return startHostile(found);
}

async function codeOf(run: Promise<unknown>): Promise<string> {
  return await run.then(() => "answered", (error) => asGatewayError(error).code);
}

/** What it says and where it failed, without what differs from run to run. */
function gist({ ok, stage, era, transport }: TestReport) {
  return { ok, stage, era, transport };
}

Deno.test("a trial says era and transport of a server that nobody has registered", async () => {
  const kinds = [
    [startModern, "modern", "streamable-http"],
    [startBothEras, "modern", "streamable-http"],
    [startLegacyStateless, "legacy", "streamable-http"],
    [startLegacySse, "legacy", "sse"],
  ] as const;

  for (const [start, era, transport] of kinds) {
    await using upstream = await start();
    const report = await trialsWith().run(admin("a"), { url: upstream.url }, NEVER);
    assert.deepEqual(gist(report), { ok: true, stage: null, era, transport });
    assert.ok((report.tools?.length ?? 0) > 3);
  }
});

Deno.test("a trial says at which stage a server failed", async () => {
  const cases: [string, string][] = [
    ["asks for a login", "auth"],
    ["answers with status 500", "http"],
    ["answers with a web page", "protocol"],
  ];
  for (const [name, stage] of cases) {
    await using upstream = hostile(name);
    const report = await trialsWith().run(admin("a"), { url: upstream.url }, NEVER);
    assert.deepEqual([name, report.ok, report.stage], [name, false, stage]);
  }
});

Deno.test("a trial sends nothing to an address that the rules refuse, nor where it leads", async () => {
  await using upstream = startModern();
  await using redirecting = startRedirecting();
  const strict = trialsWith({ addresses: new AddressRules({ allowPrivate: false }) });

  for (
    const url of [upstream.url, "https://10.0.0.1/mcp", "https://[::1]/", "file:///etc/passwd"]
  ) {
    assert.equal(await codeOf(strict.run(admin("a"), { url }, NEVER)), "invalid_input", url);
  }
  const led = await trialsWith().run(admin("a"), { url: redirecting.url }, NEVER);

  assert.equal(upstream.journal.requests.length, 0);
  assert.equal(redirecting.elsewhere.requests.length, 0);
  assert.equal(led.stage, "http");
});

Deno.test("a trial sends the credential as the secret's rule will, and to that server alone", async () => {
  await using upstream = startModern();
  const credential = {
    header: "Authorization",
    scheme: "bearer",
    value: "key-0123456789",
  } as const;

  const report = await trialsWith().run(admin("a"), { url: upstream.url, credential }, NEVER);

  assert.equal(report.ok, true);
  const sent = new Set(upstream.journal.requests.map((one) => one.headers.get("authorization")));
  assert.deepEqual([...sent], ["Bearer key-0123456789"]);
  assert.doesNotMatch(JSON.stringify(report), /key-0123456789/);
});

Deno.test("a credential that could not be stored is not sent either", async () => {
  await using upstream = startModern();
  const credential = { header: "Host", scheme: "plain", value: "key-0123456789" } as const;

  const code = await codeOf(trialsWith().run(admin("a"), { url: upstream.url, credential }, NEVER));

  assert.equal(code, "invalid_input");
  assert.equal(upstream.journal.requests.length, 0);
});

Deno.test("one more trial of an admin ends their oldest, and its request", async () => {
  const { requests, ...network } = hanging();
  const trials = trialsWith(network);
  const url = "http://127.0.0.1:9/mcp";
  const begin = () => codeOf(trials.run(admin("a"), { url }, NEVER));
  const started = Array.from({ length: MAX_TRIALS_PER_ADMIN }, begin);
  await eventually("all are sent", () => requests.sent === MAX_TRIALS_PER_ADMIN);

  const last = begin();

  assert.equal(await started[0], "too_many");
  assert.equal(requests.givenUp, 1);
  trials.close();
  const rest = await Promise.all([...started.slice(1), last]);
  assert.deepEqual([...new Set(rest)], ["shutting_down"]);
});

Deno.test("a trial that its browser gives up ends its request", async () => {
  const { requests, ...network } = hanging();
  const leaving = new AbortController();
  const run = trialsWith(network).run(
    admin("a"),
    { url: "http://127.0.0.1:9/mcp" },
    leaving.signal,
  );
  const outcome = run.then(() => "answered", (error) => String(error));
  await eventually("the request is sent", () => requests.sent === 1);

  leaving.abort("left");

  assert.equal(await outcome, "left");
  assert.equal(requests.givenUp, 1);
});

Deno.test("no more trials run in a process than it may have, whoever begins them", async () => {
  const { fetch } = hanging();
  const trials = trialsWith({ fetch });
  const url = "http://127.0.0.1:9/mcp";
  const running = Array.from({ length: MAX_TRIALS }, (_, at) => {
    return codeOf(trials.run(admin(`admin ${at}`), { url }, NEVER));
  });

  const code = await codeOf(trials.run(admin("one more"), { url }, NEVER));

  assert.equal(code, "too_many");
  trials.close();
  await Promise.all(running);
});

Deno.test("where no place is free, nothing that runs is ended for a trial that is refused", async () => {
  const { fetch, requests } = hanging();
  const trials = trialsWith({ fetch });
  const url = "http://127.0.0.1:9/mcp";
  const running = Array.from({ length: MAX_TRIALS }, (_, at) => {
    const id = at < MAX_TRIALS_PER_ADMIN ? "a" : `admin ${at}`;
    return codeOf(trials.run(admin(id), { url }, NEVER));
  });
  await eventually("all are sent", () => requests.sent === MAX_TRIALS);

  const code = await codeOf(trials.run(admin("a"), { url }, NEVER));

  assert.deepEqual([code, requests.givenUp], ["too_many", 0]);
  trials.close();
  await Promise.all(running);
});

Deno.test("an admin who tries too often in a minute is told when to go on", async () => {
  const spent = { take: () => Promise.resolve(false), secondsLeft: 17 };

  const run = trialsWith({ quotas: spent }).run(admin("a"), { url: "http://a.test/" }, NEVER);

  const error = asGatewayError(await run.catch((error) => error));
  assert.deepEqual([error.code, error.retryAfterSeconds], ["rate_limited", 17]);
});

Deno.test("what a server calls itself is cut, and credentials are said not to be an error", () => {
  const long = "x".repeat(MAX_BODY_BYTES);
  const report = { ok: true, stage: null, message: "", era: "modern", durationMs: 3 } as const;

  const { facts } = findingOf({ ...report, serverInfo: { name: long } }, { hasCredential: false });
  const wants = findingOf({ ...report, ok: false, stage: "auth" }, { hasCredential: false });

  assert.ok(JSON.stringify(facts).length < 500);
  assert.equal(wants.state, "wants_credentials");
});

/** A network on which nothing ever answers. */
function hanging() {
  const requests = { sent: 0, givenUp: 0 };
  const hang: typeof fetch = (_input, init) => {
    const { promise, reject } = Promise.withResolvers<Response>();
    requests.sent++;
    init?.signal?.addEventListener("abort", () => {
      requests.givenUp++;
      reject(new Error("given up"));
    });
    return promise;
  };
  return { requests, fetch: hang };
}
