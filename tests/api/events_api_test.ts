import assert from "node:assert/strict";
import type { Event } from "../../core/events/event.ts";
import { newServerId } from "../../core/ids.ts";
import { adminApi } from "../_support/admin_api.ts";
import { START } from "../_support/core.ts";

const BLOCKED: Event = {
  kind: "server_blocked",
  at: START.toISOString(),
  serverId: newServerId(),
  server: "internal-api",
  reason: "leak",
};

Deno.test("GET /events lists events, page by page and by server", async () => {
  await using api = await adminApi();
  await api.services.events.add([BLOCKED, { ...BLOCKED, server: "other" }]);

  const all = await api.send("GET", "/events");
  const first = await api.send("GET", "/events?limit=1");
  const second = await api.send("GET", `/events?limit=1&cursor=${first.body.nextCursor}`);
  const mine = await api.send("GET", "/events?server=internal-api&kind=server_blocked");

  assert.deepEqual(all.body.items, [{ ...BLOCKED, server: "other" }, BLOCKED]);
  assert.deepEqual([first.body.items, second.body.items].flat(), all.body.items);
  assert.deepEqual(mine.body, { items: [BLOCKED], nextCursor: null });
});

Deno.test("GET /events refuses a kind, a server, a cursor and a limit that are none", async () => {
  await using api = await adminApi();

  for (const field of ["kind", "server", "cursor", "limit"]) {
    const { status, body } = await api.send("GET", `/events?${field}=No%20such`);
    assert.equal(status, 400, field);
    assert.equal(body.error.field, field);
    assert.match(body.error.message, /No such/);
  }
});
