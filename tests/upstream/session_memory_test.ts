import assert from "node:assert/strict";
import type { RpcNotification } from "../../core/mcp/message.ts";
import { eventually } from "../_support/eventually.ts";
import { restarted, TALKATIVE_KINDS } from "../_support/session_upstreams.ts";
import { legacyCaller, modernCaller, sessionsWith } from "./_sessions.ts";

const LOG_LEVEL = "io.modelcontextprotocol/logLevel";
const URI = "file:///today.md";

for (const { name, route, start } of TALKATIVE_KINDS) {
  Deno.test(`${name}: the next call of every session succeeds after a restart`, async () => {
    let upstream = await start();
    await using sessions = sessionsWith(upstream.url, { route });
    const callers = ["one", "two", "three"].map((sessionKey) => legacyCaller({ sessionKey }));
    const echo = (text: string) =>
      Promise.all(callers.map((caller) => sessions.tool("echo", { text }, { caller })));
    await echo("before");

    upstream = await restarted(upstream, start);
    await using _closing = upstream;
    const answers = await echo("after");

    assert.deepEqual(answers, ["after", "after", "after"]);
  });

  Deno.test(`${name}: level and subscriptions hold in the session that follows`, async () => {
    let upstream = await start();
    await using sessions = sessionsWith(upstream.url, { route });
    await sessions.tool("echo");
    sessions.memory = {
      logLevel: "warning",
      subscriptions: [{ serverId: sessions.target.id, uri: URI }],
    };

    upstream = await restarted(upstream, start);
    await using _closing = upstream;
    await sessions.tool("echo");

    const [session] = upstream.sessions();
    assert.deepEqual(session.levels, ["warning"]);
    assert.deepEqual([...session.subscriptions], [URI]);
  });

  Deno.test(`${name}: a session of one who listens is opened again by itself`, async () => {
    let upstream = await start();
    await using sessions = sessionsWith(upstream.url, { route });
    sessions.memory = {
      logLevel: null,
      subscriptions: [{ serverId: sessions.target.id, uri: URI }],
    };
    using _hold = sessions.pool.hold(legacyCaller());
    await sessions.tool("echo");

    upstream = await restarted(upstream, start);
    await using _closing = upstream;

    const { server } = await eventually("it is subscribed again", () => {
      return upstream.sessions().find(({ subscriptions }) => subscriptions.has(URI));
    });
    await eventually("an update is told", async () => {
      await server.sendResourceUpdated({ uri: URI });
      return sessions.unasked.notifications.some(({ method }) => method.endsWith("/updated"));
    });
  });

  Deno.test(`${name}: a modern caller gets the log messages that it asks for`, async () => {
    await using upstream = await start();
    await using sessions = sessionsWith(upstream.url, { route });
    const caller = modernCaller();

    const levelsFor = async (level?: string) => {
      const heard: unknown[] = [];
      const onNotification = ({ params }: RpcNotification) => void heard.push(params?.level);
      const params = { name: "log", arguments: {}, _meta: level && { [LOG_LEVEL]: level } };
      await sessions.call("tools/call", params, { caller, onNotification });
      return heard;
    };

    assert.deepEqual(await levelsFor(), []);
    assert.deepEqual(await levelsFor("error"), ["error"]);
    assert.deepEqual(await levelsFor("info"), ["info", "error"]);
    assert.deepEqual(await levelsFor("error"), ["error"]);
    const [session] = upstream.sessions();
    assert.deepEqual(session.levels, ["error", "info"]);
  });

  Deno.test(`${name}: a modern caller gets what is logged beside its call, if it asked`, async () => {
    await using upstream = await start();
    await using sessions = sessionsWith(upstream.url, { route });
    const heard: unknown[] = [];
    const onNotification = ({ params }: RpcNotification) => void heard.push(params?.data);
    const more = { caller: modernCaller(), onNotification };

    for (const level of [undefined, "emergency", "info"]) {
      const _meta = level === undefined ? undefined : { [LOG_LEVEL]: level };
      await sessions.call("tools/call", { name: "log_beside", arguments: {}, _meta }, more);
    }

    await eventually("it is told", () => heard.length > 0);
    assert.deepEqual(heard, ["beside"]);
  });

  Deno.test(`${name}: of calls that run beside each other, the one that asked gets logs`, async () => {
    await using upstream = await start();
    await using sessions = sessionsWith(upstream.url, { route });
    const caller = modernCaller();
    const ending = new AbortController();
    const silent = sessions.tool("wait", {}, { caller, signal: ending.signal });
    silent.catch(() => {});
    await eventually("it runs", () => upstream.journal.withRpcMethod("tools/call").length === 1);
    const heard: unknown[] = [];
    const onNotification = ({ params }: RpcNotification) => void heard.push(params?.data);

    const params = { name: "log_beside", arguments: {}, _meta: { [LOG_LEVEL]: "info" } };
    await sessions.call("tools/call", params, { caller, onNotification });

    await eventually("it is told", () => heard.length > 0);
    assert.deepEqual(heard, ["beside"]);
    ending.abort();
    await assert.rejects(silent);
  });

  Deno.test(`${name}: a legacy client gets what its session's level lets through`, async () => {
    await using upstream = await start();
    await using sessions = sessionsWith(upstream.url, { route });
    const heard: unknown[] = [];
    const onNotification = ({ params }: RpcNotification) => void heard.push(params?.level);
    await sessions.tool("log", {}, { onNotification });
    assert.deepEqual(heard.splice(0), ["debug", "info", "error"]);

    await sessions.pool.setLogLevel(legacyCaller(), "error");
    await sessions.tool("log", {}, { onNotification });

    assert.deepEqual(heard, ["error"]);
    assert.deepEqual(sessions.unasked.notifications, []);
  });
}
