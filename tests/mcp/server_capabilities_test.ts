import assert from "node:assert/strict";
import type { JsonObject } from "../../core/mcp/message.ts";
import {
  aggregateCapabilities,
  type Greeted,
  relayedCapabilities,
} from "../../core/mcp/server_capabilities.ts";
import type { Route } from "../../core/mcp/versions.ts";

const BASE = {
  tools: { listChanged: true },
  prompts: { listChanged: true },
  resources: { listChanged: true, subscribe: true },
  completions: {},
  logging: {},
};
const TASKS = "io.modelcontextprotocol/tasks";
const UI = "io.modelcontextprotocol/ui";

function greeted(route: Route, capabilities: JsonObject): Greeted {
  return { route, capabilities };
}

Deno.test("aggregateCapabilities() offers what the gateway carries, whatever is installed", () => {
  const bare = [greeted("streamable", {}), greeted("modern", { tools: {} })];

  for (const era of ["legacy", "modern"] as const) {
    assert.deepEqual(aggregateCapabilities(era, []), BASE);
    assert.deepEqual(aggregateCapabilities(era, bare), BASE);
  }
});

Deno.test("aggregateCapabilities() unites what the servers of the client's own era declare", () => {
  const servers = [
    greeted("streamable", { tasks: { list: {} }, experimental: { a: { v: 1 } } }),
    greeted("sse", { tasks: { requests: { tools: { call: {} } } }, extensions: { [UI]: {} } }),
    greeted("modern", { extensions: { [TASKS]: {} }, experimental: { b: {} } }),
    greeted("modern", { extensions: { [UI]: { mimeTypes: ["x"] } } }),
  ];

  assert.deepEqual(aggregateCapabilities("legacy", servers), {
    ...BASE,
    experimental: { a: { v: 1 } },
    extensions: { [UI]: {} },
    tasks: { list: {}, requests: { tools: { call: {} } } },
  });
  assert.deepEqual(aggregateCapabilities("modern", servers), {
    ...BASE,
    experimental: { b: {} },
    extensions: { [TASKS]: {}, [UI]: { mimeTypes: ["x"] } },
  });
});

Deno.test("aggregateCapabilities() lets the first server's setting hold, and knows no tasks of legacy kind in the modern era", () => {
  const servers = [
    greeted("modern", { extensions: { x: { size: 1, deep: { a: 1 } } }, tasks: { list: {} } }),
    greeted("modern", { extensions: { x: { size: 2, deep: { a: 2, b: 2 } } } }),
    greeted("modern", { extensions: "broken" }),
  ];

  assert.deepEqual(aggregateCapabilities("modern", servers), {
    ...BASE,
    extensions: { x: { size: 1, deep: { a: 1, b: 2 } } },
  });
});

Deno.test("aggregateCapabilities() takes names that every object has for names", () => {
  const strange = JSON.parse('{"__proto__":{"a":1},"constructor":{"b":2},"toString":{}}');
  const servers = [greeted("sse", { extensions: {} }), greeted("sse", { extensions: strange })];

  const { extensions } = aggregateCapabilities("legacy", servers);

  assert.equal(JSON.stringify(extensions), JSON.stringify(strange));
});

Deno.test("relayedCapabilities() relays a server's own, whose lists may change with its installation", () => {
  const server = {
    tools: {},
    prompts: { listChanged: false, more: 1 },
    resources: { subscribe: true },
    logging: { x: 1 },
    tasks: { list: {} },
    extensions: { [TASKS]: {}, [UI]: {} },
    future: { a: 1 },
  };

  assert.deepEqual(relayedCapabilities("legacy", server, "sse"), {
    ...server,
    tools: { listChanged: true },
    prompts: { listChanged: true, more: 1 },
    resources: { subscribe: true, listChanged: true },
  });
  assert.deepEqual(relayedCapabilities("modern", { logging: {} }, "modern"), { logging: {} });
});

Deno.test("relayedCapabilities() takes tasks, and nothing else, across no border", () => {
  const server = {
    resources: { subscribe: true },
    tasks: { list: {} },
    extensions: { [TASKS]: {}, [UI]: {} },
  };
  const crossed = {
    resources: { subscribe: true, listChanged: true },
    extensions: { [UI]: {} },
  };

  assert.deepEqual(relayedCapabilities("modern", server, "streamable"), crossed);
  assert.deepEqual(relayedCapabilities("modern", server, "sse"), crossed);
  assert.deepEqual(relayedCapabilities("legacy", server, "modern"), crossed);
});
