import assert from "node:assert/strict";
import { kept } from "../calls/_support.ts";
import type { InstallInput } from "../../core/workspaces/workspace.ts";
import { exposedName } from "../../core/mcp/tool_names.ts";
import { createToken } from "../../core/tokens/create_token.ts";
import { updateServer } from "../../core/servers/update_server.ts";
import { updateToken } from "../../core/tokens/update_token.ts";
import { startCatalogue, tool } from "../_support/catalogue_upstream.ts";
import { AN_ADMIN } from "../_support/core.ts";
import { comparable, ERAS, namesIn, started } from "./_policies.ts";
import { type Answer, answerIn, type Json, messagesIn, modern, post } from "./_requests.ts";

const READ_ONLY: InstallInput = { policy: { allow: ["list_*"], deny: [], readOnly: true } };

for (const server of ERAS) {
  for (const caller of ERAS) {
    const between = `a ${caller} client, a ${server} server`;

    Deno.test(`read-only holds for what is listed and what is called: ${between}`, async () => {
      await using of = await started(server, { install: READ_ONLY });
      const { ask, askOne, upstream } = of;

      const before = await ask(caller, "tools/call", { name: "db__drop_user" });
      const list = await ask(caller, "tools/list");
      const own = await askOne(caller, "tools/list");
      const allowed = await ask(caller, "tools/call", { name: "db__list_users" });
      const hinted = await askOne(caller, "tools/call", { name: "get_user" });
      const hidden = await ask(caller, "tools/call", { name: "db__drop_user" });
      const unknown = await ask(caller, "tools/call", { name: "db__no_such" });
      const hiddenOne = await askOne(caller, "tools/call", { name: "drop_user" });

      assert.deepEqual(namesIn(list, "tools"), ["db__get_user", "db__list_users"]);
      assert.deepEqual(namesIn(own, "tools"), ["get_user", "list_users"]);
      assert.equal(allowed.result.content[0].text, "ran list_users");
      assert.equal(hinted.result.content[0].text, "ran get_user");
      const expected = comparable(unknown, "db__no_such");
      assert.deepEqual(comparable(hidden, "db__drop_user"), expected);
      assert.deepEqual(comparable(before, "db__drop_user"), expected);
      assert.deepEqual(comparable(hiddenOne, "drop_user"), expected);
      assert.equal(hidden.error?.code, -32602);
      assert.ok(!upstream.asked.some((one) => one.startsWith("tools/call drop")));
      assert.ok(!upstream.asked.some((one) => one.startsWith("tools/call no")));
    });

    Deno.test(`deny holds for prompts, resources and completion: ${between}`, async () => {
      const deny = ["secret_*", "memo:secret*"];
      await using of = await started(server, {
        install: { policy: { allow: [], deny, readOnly: false } },
      });
      const { ask, upstream } = of;
      const secret = "memo:secret#~db";

      const prompts = await ask(caller, "prompts/list");
      const resources = await ask(caller, "resources/list");
      const templates = await ask(caller, "resources/templates/list");
      assert.deepEqual(namesIn(prompts, "prompts"), ["db__ask"]);
      assert.deepEqual(namesIn(resources, "resources", "uri"), ["memo:open#~db"]);
      assert.deepEqual(namesIn(templates, "resourceTemplates", "uriTemplate"), [
        "memo:day/{day}#~db",
      ]);

      const got = await ask(caller, "prompts/get", { name: "db__secret_ask" });
      const noPrompt = await ask(caller, "prompts/get", { name: "db__none" });
      assert.deepEqual(comparable(got, "db__secret_ask"), comparable(noPrompt, "db__none"));
      const read = await ask(caller, "resources/read", { uri: secret });
      const noResource = await ask(caller, "resources/read", { uri: "memo:none#~db" });
      assert.deepEqual(comparable(read, secret), comparable(noResource, "memo:none#~db"));
      assert.equal(
        (await ask(caller, "resources/read", { uri: "memo:open#~db" })).error,
        undefined,
      );

      const complete = (ref: Json) =>
        ask(caller, "completion/complete", { ref, argument: { name: "a", value: "" } });
      const byPrompt = await complete({ type: "ref/prompt", name: "db__secret_ask" });
      const byNone = await complete({ type: "ref/prompt", name: "db__none" });
      assert.deepEqual(comparable(byPrompt, "db__secret_ask"), comparable(byNone, "db__none"));
      const template = "memo:secret/{day}#~db";
      const byTemplate = await complete({ type: "ref/resource", uri: template });
      assert.match(String(byTemplate.error?.message), /^Unknown prompt or resource template/);
      const shown = await complete({ type: "ref/prompt", name: "db__ask" });
      assert.deepEqual(shown.result.completion.values, ["done"]);
      assert.ok(!upstream.asked.some((one) => /(get|read|complete) .*secret/.test(one)));
    });
  }
}

Deno.test("a name that was shortened is hidden like any other", async () => {
  await using of = await started("modern", {
    install: { policy: { allow: [], deny: ["*department*"], readOnly: false } },
  });
  const long = "summarise_the_quarterly_report_of_every_department";
  of.upstream.offers.tools = [tool(long), tool(`${long.replace("department", "division")}_here`)];
  const shortened = exposedName("db", long);

  const list = await of.ask("legacy", "tools/list");
  const called = await of.ask("modern", "tools/call", { name: shortened });

  assert.equal(list.result.tools.length, 1);
  assert.equal(called.error?.message, `Unknown tool: ${shortened}`);
});

Deno.test("a token's policy holds over all servers, beside the install's", async () => {
  await using of = await started("modern", {
    install: READ_ONLY,
    token: { allow: [], deny: ["db__list_*"], readOnly: false },
  });
  await using other = startCatalogue("legacy");
  await of.world.addServer("web", other.url);

  const list = await of.ask("modern", "tools/list");
  const denied = await of.ask("modern", "tools/call", { name: "db__list_users" });
  const colleague = (await createToken(of.world.services, AN_ADMIN, "team", { name: "Bob" })).token;
  const theirs = await answerIn(await of.world.send(modern(colleague, "tools/list")));

  const own = await of.askOne("legacy", "tools/list");
  assert.deepEqual(namesIn(own, "tools"), ["get_user"]);
  const called = await of.askOne("legacy", "tools/call", { name: "list_users" });
  assert.equal(called.error?.message, "Unknown tool: list_users");
  const web = ["web__get_user", "web__list_users", "web__drop_user"];
  assert.deepEqual(namesIn(list, "tools"), ["db__get_user", ...web]);
  assert.equal(denied.error?.message, "Unknown tool: db__list_users");
  assert.deepEqual(namesIn(theirs, "tools"), ["db__get_user", "db__list_users", ...web]);
});

Deno.test("a policy's change holds for the next call, and what it hid is private", async () => {
  await using of = await started("modern", {});
  const { ask, askOne, world, id } = of;
  const open = await askOne("modern", "tools/list");
  assert.equal((await ask("modern", "tools/call", { name: "db__drop_user" })).error, undefined);

  const policy = { allow: [], deny: ["drop_*"], readOnly: false };
  await updateToken(world.services, AN_ADMIN, "team", id, { policy });
  const refused = await ask("modern", "tools/call", { name: "db__drop_user" });
  const closed = await askOne("modern", "tools/list");
  const merged = await ask("modern", "tools/list");
  await updateToken(world.services, AN_ADMIN, "team", id, { policy: null });
  const again = await ask("modern", "tools/call", { name: "db__drop_user" });

  assert.equal(refused.error?.message, "Unknown tool: db__drop_user");
  assert.equal(open.result.cacheScope, "public");
  assert.equal(closed.result.cacheScope, "private");
  assert.equal(merged.result.cacheScope, "private");
  assert.equal(again.error, undefined);
});

Deno.test("a tool whose hint is not the word true is no reading tool", async () => {
  await using of = await started("modern", {
    install: { policy: { allow: [], deny: [], readOnly: true } },
  });
  const hints = [undefined, null, "true", 1, {}, [true]];
  of.upstream.offers.tools = [
    ...hints.map((readOnlyHint, at) => tool(`t${at}`, { annotations: { readOnlyHint } })),
    tool("none"),
    tool("odd", { annotations: "readOnlyHint" }),
    tool("twice", { annotations: { readOnlyHint: true } }),
    tool("twice", { annotations: { readOnlyHint: false } }),
    tool("yes", { annotations: { readOnlyHint: true } }),
  ];

  assert.deepEqual(namesIn(await of.ask("legacy", "tools/list"), "tools"), ["db__yes"]);
  const called = await of.ask("legacy", "tools/call", { name: "db__twice" });
  assert.equal(called.error?.message, "Unknown tool: db__twice");
});

Deno.test("without its server's list nothing is called where a policy holds, and the server is named", async () => {
  for (const server of ERAS) {
    await using of = await started(server, { install: READ_ONLY });
    of.upstream.isListBroken = true;

    const { error } = await of.ask("modern", "tools/call", { name: "db__get_user" });

    assert.equal(error?.code, -32603);
    assert.match(String(error?.message), /"db"/);
    assert.ok(!of.upstream.asked.some((one) => one.startsWith("tools/call")));
  }
});

Deno.test("at the endpoint of one server a policy refuses methods of no known revision, and hides tasks and instructions", async () => {
  for (const server of ERAS) {
    await using open = await started(server, {});
    await using closed = await started(server, { install: READ_ONLY });

    assert.equal((await open.askOne(server, "vendor/run")).result.ran, true);
    const refused = await closed.askOne(server, "vendor/run", { name: "drop_user" });
    assert.equal(refused.error?.code, -32601);
    assert.ok(!closed.upstream.asked.some((one) => one.startsWith("vendor/run")));

    const greet = server === "modern" ? "server/discover" : "initialize";
    const params = {
      protocolVersion: "2025-11-25",
      capabilities: {},
      clientInfo: { name: "a", version: "1" },
    };
    assert.match((await open.askOne(server, greet, params)).result.instructions, /drop_user/);
    assert.equal((await closed.askOne(server, greet, params)).result.instructions, undefined);
    if (server === "modern") continue;
    assert.equal((await open.askOne(server, "tasks/list")).result.tasks.length, 1);
    assert.equal((await closed.askOne(server, "tasks/list")).result.tasks.length, 0);
    assert.equal((await closed.ask(server, "tasks/list")).result.tasks.length, 0);
  }
});

Deno.test("a batch gives no more than single requests do", async () => {
  await using of = await started("legacy", { install: READ_ONLY });
  const call = (id: number, name: string) => ({
    jsonrpc: "2.0",
    id,
    method: "tools/call",
    params: { name },
  });
  const batch = post(of.token, [call(1, "db__drop_user"), call(2, "db__get_user")]);

  const answers = await messagesIn(await of.world.send(batch)) as unknown[];
  const [refused, served] = answers.flat().toSorted((a, b) =>
    Number((a as Answer).id) - Number((b as Answer).id)
  ) as Answer[];

  assert.equal(refused.error?.message, "Unknown tool: db__drop_user");
  assert.equal(served.result.content[0].text, "ran get_user");
});

Deno.test("what is hidden is on the record as refused, as what is unknown", async () => {
  await using of = await started("modern", { install: READ_ONLY });

  await of.ask("modern", "tools/call", { name: "db__drop_user" });
  await of.ask("modern", "tools/call", { name: "db__no_such" });
  await of.ask("modern", "resources/read", { uri: "memo:none#~db" });

  const { id } = await of.world.services.workspaces.findBySlug("team") ?? assert.fail();
  const { items } = await of.world.services.callQueries.list(kept(id), { limit: 10, cursor: null });
  const seen = items.map(({ outcome, server }) => ({ outcome, server }));
  assert.deepEqual(seen, Array(3).fill({ outcome: "refused", server: "db" }));
});

Deno.test("a tool that is found to read no more, when it is listed anew for its headers, is not called", async () => {
  await using of = await started("modern", {
    install: { policy: { allow: [], deny: [], readOnly: true } },
  });
  const call = () => of.ask("modern", "tools/call", { name: "db__get_user" });
  assert.equal((await call()).error, undefined);
  of.upstream.offers.tools = [tool("get_user")];
  of.upstream.instead = (method, id) => {
    if (method !== "tools/call") return null;
    of.upstream.instead = () => null;
    const error = { code: -32020, message: "Header mismatch" };
    return Response.json({ jsonrpc: "2.0", id, error }, { status: 400 });
  };

  assert.equal((await call()).error?.message, "Unknown tool: db__get_user");
  const calls = of.upstream.asked.filter((one) => one === "tools/call get_user");
  assert.equal(calls.length, 2);
});

for (const server of ERAS) {
  Deno.test(`what a list says to one member's headers lets no other member in: a ${server} server`, async () => {
    await using of = await started(server, {
      install: { policy: { allow: [], deny: [], readOnly: true } },
    });
    const { services, send } = of.world;
    await updateServer(services, AN_ADMIN, "db", { forwardHeaders: ["x-tenant"] });
    const bob = (await createToken(services, AN_ADMIN, "team", { name: "Bob" })).token;
    of.upstream.instead = (method, id, headers) => {
      if (method !== "tools/list") return null;
      const readOnlyHint = headers.get("x-tenant") === "reports";
      const tools = [tool("run", { annotations: { readOnlyHint } })];
      const modernly = { resultType: "complete", ttlMs: 60_000, cacheScope: "public" };
      const result = { tools, ...server === "modern" ? modernly : {} };
      return Response.json({ jsonrpc: "2.0", id, result });
    };
    const ask = async (token: string, tenant: string, method: string, params: Json = {}) => {
      const headers = { "x-tenant": tenant };
      return await answerIn(await send(modern(token, method, params, { headers })));
    };

    const call = { name: "db__run" };
    assert.deepEqual(namesIn(await ask(bob, "ledger", "tools/list"), "tools"), []);
    assert.deepEqual(namesIn(await ask(of.token, "reports", "tools/list"), "tools"), ["db__run"]);
    const theirs = await ask(of.token, "reports", "tools/call", call);
    const bobs = await ask(bob, "ledger", "tools/call", call);

    assert.equal(theirs.result?.content[0].text, "ran run");
    assert.equal(bobs.error?.message, "Unknown tool: db__run");
  });
}

Deno.test("a completion is for the prompt of its ref, whatever else it names", async () => {
  await using of = await started("modern", {});
  await of.ask("modern", "prompts/list");
  const ref = { type: "ref/prompt", name: "db__ask" };
  const argument = { name: "a", value: "" };

  await of.ask("modern", "completion/complete", { ref, argument, name: "db__secret_ask" });

  const completed = of.upstream.asked.filter((one) => one.startsWith("completion/complete"));
  assert.deepEqual(completed, ["completion/complete ask"]);
});
