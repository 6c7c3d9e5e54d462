import assert from "node:assert/strict";
import { type RunningApp, startApp } from "../_support/app.ts";
import { ADMIN_TOKEN } from "../_support/gateway.ts";
import { parsePrometheusText } from "../_support/prometheus_text.ts";
import { memoryStore } from "../_support/store.ts";

async function read(app: RunningApp, path: string) {
  const response = await app.ask(path);
  return {
    status: response.status,
    cache: response.headers.get("cache-control"),
    body: await response.json(),
  };
}

Deno.test("a gateway that runs lives and is ready, and says so to anyone and to no cache", async () => {
  await using app = await startApp();

  assert.deepEqual(await read(app, "/healthz"), {
    status: 200,
    cache: "no-store",
    body: { status: "ok" },
  });
  assert.deepEqual(await read(app, "/readyz"), {
    status: 200,
    cache: "no-store",
    body: {
      ready: true,
      checks: { shutdown: "ok", store: "ok", keyring: "ok", call_log: "ok" },
    },
  });
});

Deno.test("a gateway whose store hangs lives, and is not ready", async () => {
  const memory = await memoryStore();
  const silent = Promise.withResolvers<never>();
  const epochKv = new Proxy(memory.kv, {
    get(kv, name) {
      if (name === "getMany") return () => silent.promise;
      const value = Reflect.get(kv, name, kv);
      return typeof value === "function" ? value.bind(kv) : value;
    },
  });
  {
    await using app = await startApp({}, { store: { ...memory, epochKv } });

    const ready = await read(app, "/readyz");
    assert.equal(ready.status, 503);
    assert.deepEqual(ready.body, {
      ready: false,
      checks: { shutdown: "ok", store: "failed", keyring: "ok", call_log: "ok" },
    });
    assert.equal((await read(app, "/healthz")).status, 200);
    silent.reject(new Error("gone"));
  }
});

Deno.test("a gateway that was told to end is not ready before it stops answering", async () => {
  await using app = await startApp();
  assert.equal((await read(app, "/readyz")).status, 200);

  const closing = app.services.close();

  assert.deepEqual(await read(app, "/readyz"), {
    status: 503,
    cache: "no-store",
    body: { ready: false, checks: { shutdown: "failed" } },
  });
  assert.equal((await read(app, "/healthz")).status, 200);
  await closing;
  app.services.close = () => Promise.resolve();
});

Deno.test("probes know GET alone, and refuse the rest in JSON", async () => {
  await using app = await startApp();

  for (const path of ["/healthz", "/readyz", "/metrics"]) {
    const response = await app.ask(path, { method: "POST" });
    assert.equal(response.status, 405, path);
    assert.match(response.headers.get("content-type") ?? "", /json/, path);
    await response.body?.cancel();
  }
});

Deno.test("/metrics says what the process counted, in the format that is asked for", async () => {
  await using app = await startApp({ AEROSTACK_ADMIN_TOKEN: ADMIN_TOKEN });
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
  await (await app.ask("/ws/nowhere/mcp", { method: "POST" })).body?.cancel();

  const text = await app.ask("/metrics", { headers });
  const openMetrics = await app.ask("/metrics", {
    headers: { ...headers, accept: "application/openmetrics-text" },
  });

  assert.equal(text.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  assert.equal(text.headers.get("cache-control"), "no-store");
  const families = parsePrometheusText(await text.text());
  const refused = families.get("aerostack_requests_refused_total")?.samples;
  assert.deepEqual(refused?.map(({ labels, value }) => [labels, value]), [
    [{ error_type: "unauthorized" }, 1],
  ]);
  for (const name of ["aerostack_build_info", "aerostack_call_log_commits_total"]) {
    assert.equal(families.get(name)?.samples.length, 1, name);
  }
  assert.equal(
    openMetrics.headers.get("content-type"),
    "application/openmetrics-text; version=1.0.0; charset=utf-8",
  );
  assert.match(await openMetrics.text(), /\n# EOF\n$/);
});
