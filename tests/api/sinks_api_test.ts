import assert from "node:assert/strict";
import { SinkView } from "../../core/sinks/sink.ts";
import { someCall } from "../calls/_support.ts";
import { adminApi } from "../_support/admin_api.ts";
import { startApp } from "../_support/app.ts";
import { eventually } from "../_support/eventually.ts";
import { startReceiver } from "../sinks/_support.ts";

const INPUT = {
  name: "SIEM",
  kind: "jsonl",
  url: "https://other.example.com/log",
  headers: { Authorization: "Bearer secret-of-the-siem" },
};

Deno.test("a sink is added, shown, changed and removed, and its headers are shown nowhere", async () => {
  await using api = await adminApi();

  const added = await api.send("POST", "/sinks", INPUT);
  assert.equal(added.status, 201);
  const path = `/sinks/${added.body.id}`;
  const shown = await api.send("GET", path);
  const changed = await api.send("PATCH", path, { name: "Other", enabled: false });
  const listed = await api.send("GET", "/sinks");
  const named = await api.send("GET", "/sinks/Other");
  const removed = await api.send("DELETE", path);

  assert.match(added.body.id, /^snk_/);
  assert.deepEqual(Object.keys(shown.body).sort(), Object.keys(SinkView.shape).sort());
  assert.deepEqual(shown.body.headers, ["authorization"]);
  assert.deepEqual([shown.body.status, shown.body.from, shown.body.workspaces], [
    "caught_up",
    "now",
    null,
  ]);
  assert.deepEqual([changed.body.name, changed.body.status], ["Other", "disabled"]);
  assert.deepEqual(listed.body.items.map(({ name }: { name: string }) => name), ["Other"]);
  assert.equal(named.body.id, added.body.id);
  assert.equal(removed.status, 204);
  assert.equal((await api.send("GET", path)).status, 404);
  for (const { text } of [added, shown, changed, listed]) {
    assert.ok(!text.includes("secret-of-the-siem"));
  }
});

Deno.test("a sink that cannot be is refused, by the field that is wrong", async () => {
  await using api = await adminApi();
  const wrong: [object, number, string, string | undefined][] = [
    [{ ...INPUT, name: "" }, 400, "invalid_input", "name"],
    [{ ...INPUT, kind: "syslog" }, 400, "invalid_input", "kind"],
    [{ ...INPUT, from: "yesterday" }, 400, "invalid_input", "from"],
    [{ ...INPUT, url: "http://other.example.com/" }, 400, "invalid_input", "url"],
    [{ ...INPUT, url: "https://10.0.0.1/" }, 400, "invalid_input", "url"],
    [{ ...INPUT, url: "https://rebound.example.com/" }, 400, "invalid_input", "url"],
    [{ ...INPUT, headers: { Host: "secret-of-the-siem" } }, 400, "invalid_input", "headers"],
    [{ ...INPUT, headers: { A: "secret-of-the-siem\n" } }, 400, "invalid_input", "headers"],
    [{ ...INPUT, workspaces: [] }, 400, "invalid_input", "workspaces"],
    [{ ...INPUT, workspaces: ["none"] }, 404, "not_found", undefined],
    [{ ...INPUT, include: [] }, 400, "invalid_input", "include"],
    [{ ...INPUT, include: ["calls", "calls"] }, 400, "invalid_input", "include"],
    [{ ...INPUT, include: ["secrets"] }, 400, "invalid_input", "include.0"],
    [{ ...INPUT, filter: "x" }, 400, "invalid_input", "filter"],
  ];

  for (const [input, status, code, field] of wrong) {
    const answer = await api.send("POST", "/sinks", input);
    assert.deepEqual([answer.status, answer.body.error.code], [status, code], answer.text);
    assert.equal(answer.body.error.field, field);
    assert.ok(!answer.text.includes("secret-of-the-siem"));
  }

  const missing = "/sinks/snk_00000000000000000000";
  for (
    const [method, path, body] of [
      ["GET", missing],
      ["PATCH", missing, {}],
      ["DELETE", missing],
      ["POST", `${missing}/test`],
      ["GET", "/sinks/siem"],
    ] as const
  ) {
    assert.equal((await api.send(method, path, body)).status, 404, `${method} ${path}`);
  }
});

Deno.test("a name leads to one sink", async () => {
  await using api = await adminApi();
  await api.send("POST", "/sinks", INPUT);
  await api.send("POST", "/sinks", { ...INPUT, name: "Other" });

  const again = await api.send("POST", "/sinks", INPUT);
  const renamed = await api.send("PATCH", "/sinks/Other", { name: INPUT.name });
  const same = await api.send("PATCH", "/sinks/Other", { name: "Other", gzip: false });

  for (const { status, body: { error } } of [again, renamed]) {
    assert.deepEqual([status, error.code, error.field], [409, "conflict", "name"]);
  }
  assert.equal(same.status, 200);
});

Deno.test("a gateway has at most 10 sinks", async () => {
  await using api = await adminApi();
  for (let number = 1; number <= 10; number++) {
    const input = { ...INPUT, name: `SIEM ${number}` };
    assert.equal((await api.send("POST", "/sinks", input)).status, 201);
  }

  const { status, body } = await api.send("POST", "/sinks", INPUT);

  assert.equal(status, 422);
  assert.equal(body.error.code, "limit_reached");
});

Deno.test("calls that are recorded reach a sink by themselves, and it is tested on demand", async () => {
  await using receiver = startReceiver();
  await using app = await startApp({
    AEROSTACK_ADMIN_TOKEN: "environment-token-0123456789",
    AEROSTACK_ALLOW_PRIVATE_UPSTREAMS: "1",
  });
  const send = async (path: string, json: unknown) => {
    const headers = {
      authorization: "Bearer environment-token-0123456789",
      "content-type": "application/json",
    };
    const body = JSON.stringify(json);
    const answer = await app.ask(`/api/v1${path}`, { method: "POST", headers, body });
    return await answer.json();
  };
  const workspace = await send("/workspaces", { slug: "engineering" });
  const { id } = await send("/sinks", { ...INPUT, url: receiver.url });

  assert.deepEqual((await send(`/sinks/${id}/test`, {})).ok, true);
  await app.services.sinkSender.settled();
  const call = someCall({ tool: "from the log" });
  await app.services.callLog.record({ id: workspace.id, retentionDays: 90 }, call);
  await eventually("the call", () => receiver.lines().some(({ tool }) => tool === call.tool));

  assert.equal(receiver.delivered[0].headers.get("authorization"), INPUT.headers.Authorization);
  assert.deepEqual(receiver.lines().map(({ type }) => type), ["test", "call"]);

  // Another process may have recorded it; a minute later it is found.
  const before = receiver.delivered.length;
  void app.services.everyMinute();
  await app.services.sinkSender.settled();
  assert.equal(receiver.delivered.length, before);
});
