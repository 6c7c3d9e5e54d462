import assert from "node:assert/strict";
import { textOf } from "../_support/client.ts";
import { freePort } from "../_support/child_process.ts";
import {
  openWorkspace,
  type PlacedServer,
  type RunningGateway,
  startGateway,
} from "../_support/gateway.ts";
import {
  CHALLENGE,
  MISBEHAVIOURS,
  startHostile,
  startRedirecting,
  startTurncoat,
} from "../_support/hostile_upstreams.ts";
import { startLegacySessions } from "../_support/legacy_upstreams.ts";
import { connectSdkPinned } from "../_support/modern_clients.ts";
import { startBothEras, startModern } from "../_support/modern_upstreams.ts";
import { askLegacy, askModern, beginSession, type RawAnswer } from "../_support/raw_mcp.ts";
import { DOTTED_NAME, LONG_NAME } from "../_support/toolbox.ts";

const OPTIONS = { sanitizeOps: false, sanitizeResources: false };

Deno.test("two servers with the same tools are told apart", OPTIONS, async () => {
  await using first = startModern();
  await using second = startLegacySessions();
  await using gateway = await startGateway();
  const { token } = await openWorkspace(gateway, { first, second });
  await using client = await connectSdkPinned({ url: gateway.workspaceUrl("team"), token });

  const names = (await client.listTools()).map(({ name }) => name);
  await client.callTool("first__echo", { text: "one" });
  await client.callTool("second__echo", { text: "two" });

  assert.equal(new Set(names).size, names.length);
  assert.ok(names.includes("first__echo") && names.includes("second__echo"));
  for (const [upstream, text] of [[first, "one"], [second, "two"]] as const) {
    const calls = upstream.journal.withRpcMethod("tools/call");
    assert.deepEqual(calls.map(({ body }) => JSON.parse(body).params.arguments), [{ text }]);
  }
});

Deno.test(
  "a tool with a long name and one with dots can be called by their listed names",
  OPTIONS,
  async () => {
    await using upstream = startBothEras();
    await using gateway = await startGateway();
    const { token } = await openWorkspace(gateway, { files: upstream });
    await using client = await connectSdkPinned({ url: gateway.workspaceUrl("team"), token });

    const names = (await client.listTools()).map(({ name }) => name);
    const answers = [];
    for (const name of names.filter((name) => /summarise|read/.test(name))) {
      answers.push(textOf(await client.callTool(name)));
    }

    assert.deepEqual(answers, [LONG_NAME, DOTTED_NAME]);
    assert.ok(names.every((name) => /^[A-Za-z0-9_-]{1,46}$/.test(name)), names.join());
  },
);

Deno.test("a server that is down costs only its own tools, and is named", OPTIONS, async () => {
  await using good = startBothEras();
  await using gateway = await startGateway();
  const down = { url: `http://127.0.0.1:${freePort()}/mcp` };
  const { token } = await openWorkspace(gateway, { good, down });
  const target = { url: gateway.workspaceUrl("team"), token };

  const listed = await askModern(target, "tools/list");
  const called = await askModern(target, "tools/call", { name: "down__echo" });

  assertGoodToolsAndNamed(listed, "good", "down");
  assertNamedFailure(called, "down");
});

Deno.test("a server that misbehaves costs only its own tools, and is named", OPTIONS, async (t) => {
  await using gateway = await startGateway();

  for (const [at, misbehaviour] of MISBEHAVIOURS.entries()) {
    await t.step(`a server that ${misbehaviour.name}`, async () => {
      await using good = startBothEras();
      await using hostile = startHostile(misbehaviour);
      const bad = { url: hostile.url, timeoutSeconds: 1, connectSeconds: 1 };
      const target = await placed(gateway, at, good, bad);
      const session = await beginSession(target);

      const answers = await Promise.all([
        askModern(target, "tools/list"),
        askLegacy(target, session, "tools/list"),
      ]);
      const calls = await Promise.all([
        askModern(target, "tools/call", { name: `bad${at}__echo` }),
        askLegacy(target, session, "tools/call", { name: `bad${at}__echo` }),
      ]);
      const echo = { name: `good${at}__echo`, arguments: { text: "still here" } };
      const wellDone = await askModern(target, "tools/call", echo);

      for (const listed of answers) assertGoodToolsAndNamed(listed, `good${at}`, `bad${at}`);
      for (const called of calls) assertNamedFailure(called, `bad${at}`);
      assert.equal(wellDone.message?.result?.content?.[0]?.text, "still here");
      for (const answer of [...answers, ...calls]) assertNothingLeaks(answer);
    });
  }
});

Deno.test(
  "a server that misbehaves when it is called fails that call alone",
  OPTIONS,
  async (t) => {
    await using gateway = await startGateway();

    for (const [at, misbehaviour] of MISBEHAVIOURS.entries()) {
      await t.step(`a server that ${misbehaviour.name}`, async () => {
        await using turncoat = startTurncoat(misbehaviour);
        await using good = startBothEras();
        const target = await placed(gateway, at, good, { url: turncoat.url, timeoutSeconds: 1 });
        const session = await beginSession(target);

        const listed = await askModern(target, "tools/list");
        const calls = await Promise.all([
          // Nothing says that it may be called twice, as it does of `echo`.
          askModern(target, "tools/call", { name: `bad${at}__fail`, arguments: {} }),
          askLegacy(target, session, "tools/call", { name: `bad${at}__fail`, arguments: {} }),
        ]);
        const echo = { name: `good${at}__echo`, arguments: { text: "still here" } };
        const wellDone = await askModern(target, "tools/call", echo);

        assert.ok(listed.message?.result?.tools?.some((tool) => tool.name === `bad${at}__echo`));
        for (const called of calls) {
          assertNamedFailure(called, `bad${at}`);
          assertNothingLeaks(called);
        }
        assert.equal(wellDone.message?.result?.content?.[0]?.text, "still here");
        const sent = turncoat.journal.withRpcMethod("tools/call");
        assert.equal(sent.length, 2, "a call that may have run is not repeated");
      });
    }
  },
);

Deno.test("a redirect to another origin is not followed", OPTIONS, async (t) => {
  await using gateway = await startGateway();

  for (const status of [301, 302, 307, 308] as const) {
    await t.step(`a redirect with ${status}`, async () => {
      await using redirecting = startRedirecting(status);
      await using good = startBothEras();
      const target = await placed(gateway, status, good, redirecting);
      await gateway.admin.setSecret(`bad${status}`, "X-Api-Key", "k-not-for-others");
      const session = await beginSession(target);
      const name = `bad${status}__echo`;

      const called = await askModern(target, "tools/call", { name });
      const legacy = await askLegacy(target, session, "tools/call", { name });
      await askModern(target, "tools/list");

      assert.deepEqual(redirecting.elsewhere.requests, []);
      assert.ok(redirecting.journal.requests.length > 0);
      assertNamedFailure(called, `bad${status}`);
      assertNamedFailure(legacy, `bad${status}`);
    });
  }
});

/** Puts a good and a bad server into a workspace of their own, each with a number to its name. */
async function placed(
  gateway: RunningGateway,
  number: number,
  good: PlacedServer,
  bad: PlacedServer,
) {
  const servers = { [`good${number}`]: good, [`bad${number}`]: bad };
  const { token } = await openWorkspace(gateway, servers, `team${number}`);
  return { url: gateway.workspaceUrl(`team${number}`), token };
}

function assertGoodToolsAndNamed(listed: RawAnswer, good: string, slug: string): void {
  const names = listed.message?.result?.tools?.map(({ name }) => name) ?? [];
  assert.equal(listed.status, 200, listed.text);
  assert.ok(names.includes(`${good}__echo`), listed.text.slice(0, 500));
  assert.ok(!names.some((name) => name.startsWith(`${slug}__`)));
  assert.match(listed.text, new RegExp(`Server \\\\"${slug}\\\\"`));
}

function assertNamedFailure(called: RawAnswer, slug: string): void {
  assert.equal(called.status, 200, called.text);
  const { message } = called.message?.error ?? {};
  assert.match(message ?? called.text, new RegExp(`^Server "${slug}" `));
}

function assertNothingLeaks({ headers, text }: RawAnswer): void {
  assert.equal(headers.get("www-authenticate"), null);
  assert.equal(headers.get("set-cookie"), null);
  for (const value of ["login.invalid", "s3cr3t", CHALLENGE.cookie]) {
    assert.ok(!text.includes(value), `${value} stays here`);
  }
}
