import assert from "node:assert/strict";
import { callTool, type PlayedCall } from "../../core/playground/call_tool.ts";
import { listTools } from "../../core/playground/list_tools.ts";
import { findSeat, type OpenSeat, takeSeat } from "../../core/playground/open_playground.ts";
import { registerServer } from "../../core/servers/register_server.ts";
import type { Services } from "../../core/services.ts";
import { createWorkspace } from "../../core/workspaces/create_workspace.ts";
import { installServer } from "../../core/workspaces/install_server.ts";
import { bareServices } from "../_support/bare_services.ts";
import { AN_ADMIN } from "../_support/core.ts";
import { eventually } from "../_support/eventually.ts";
import { FEATURE_SERVERS, type FeatureServerKind } from "../_support/feature_kinds.ts";
import type { FeatureServer } from "../_support/feature_server.ts";

const PLAYER = { name: "alice", sessionText: "a".repeat(43) };

interface World extends AsyncDisposable {
  services: Services;
  seat: OpenSeat;
  server: FeatureServer;
  play(tool: string, args?: Record<string, unknown>, signal?: AbortSignal): Promise<PlayedCall>;
}

/** A workspace with one server of this kind, and a seat in it. */
async function worldOf(kind: FeatureServerKind): Promise<World> {
  const server = await kind.start();
  const services = await bareServices(":memory:");
  await registerServer(services, AN_ADMIN, { slug: "notes", name: "Notes", url: server.url });
  await createWorkspace(services, AN_ADMIN, { slug: "team" });
  await installServer(services, AN_ADMIN, { workspace: "team", server: "notes" });
  const wanted = await findSeat(services, "team", null);
  const seat = await takeSeat(services, AN_ADMIN, PLAYER, wanted);

  return {
    services,
    seat,
    server,
    async play(name, args = {}, signal) {
      const { tools, problem } = await listTools(services, seat);
      assert.equal(problem, null);
      const tool = tools.find((one) => one.name === `notes__${name}`);
      assert.ok(tool !== undefined);
      return await callTool(services, seat, tool, args, signal);
    },
    async [Symbol.asyncDispose]() {
      await services.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

for (const kind of FEATURE_SERVERS) {
  Deno.test(`the playground at a ${kind.name} server: a call, a question, progress`, async () => {
    await using world = await worldOf(kind);

    const said = await world.play("say", { text: "hello" });
    const counted = await world.play("count");
    const asked = await world.play("ask_form");
    const sampled = await world.play("ask_model");

    assert.match(said.last.received.text, /hello/);
    assert.equal(said.record?.outcome, "ok");
    assert.ok(said.upstreamMs > 0 && said.upstreamMs <= said.totalMs);
    assert.ok(counted.last.notes.some(({ method }) => method === "notifications/progress"));
    assert.deepEqual(asked.declined, ["Which colour?"]);
    assert.match(asked.last.received.text, /decline/);
    assert.deepEqual(sampled.declined, []);
    assert.doesNotMatch(sampled.last.received.text, /input_required/);
  });
}

Deno.test("a call that nobody waits for any more is taken back, and is on the record as that", async () => {
  for (const kind of [FEATURE_SERVERS[0], FEATURE_SERVERS[FEATURE_SERVERS.length - 1]]) {
    await using world = await worldOf(kind);
    const leaving = new AbortController();

    const waiting = world.play("wait", { key: "k" }, leaving.signal);
    await eventually("the call runs", () => world.server.journal.waits.get("k") === "running");
    leaving.abort();
    const { last } = await waiting;

    assert.equal(last.response, null);
    await eventually("it stops", () => world.server.journal.waits.get("k") === "cancelled");
    const { callQueries } = world.services;
    await eventually("its record", async () => {
      const { items } = await callQueries.list(world.seat.workspace, { limit: 1, cursor: null });
      return items[0]?.outcome === "cancelled";
    });
  }
});
