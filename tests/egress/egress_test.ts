import assert from "node:assert/strict";
import { eventually, pause } from "../_support/eventually.ts";
import { PUBLIC_ADDRESS } from "../_support/named_upstream.ts";
import { openWayOut, targetAt } from "./_way_out.ts";

const URL_OF_FILES = "https://mcp.example.com/mcp";
const GET = { method: "GET", headers: [] } as const;

function never(): AbortSignal {
  return new AbortController().signal;
}

Deno.test("Egress.fetch() reaches a server by the address that it was checked at", async () => {
  await using out = openWayOut({ handler: (request) => new Response(request.url) });

  const response = await out.egress.fetch(URL_OF_FILES);

  assert.equal(await response.text(), URL_OF_FILES);
  assert.deepEqual(out.world.connected, [`${PUBLIC_ADDRESS} 443`]);
  assert.equal(out.world.lookups.get("mcp.example.com"), 1, "nobody else looks it up");
});

Deno.test("Egress.fetch() sends nothing of its own way to the server", async () => {
  await using out = openWayOut({
    handler: (request) => new Response([...request.headers.keys()].join(" ")),
  });

  const seen = await (await out.egress.fetch(URL_OF_FILES)).text();

  assert.doesNotMatch(seen, /proxy|forward|via/i);
});

Deno.test("Egress.fetch() uses a kept connection again, over HTTP/2 for many at once", async () => {
  await using out = openWayOut({ handler: async (request) => new Response(await request.text()) });

  await (await out.egress.fetch(URL_OF_FILES)).text();
  const bodies = Array.from({ length: 8 }, (_, at) => `${at}`.repeat(100_000));
  const answers = await Promise.all(bodies.map(async (text) => {
    const body = new Blob([text]);
    const response = await out.egress.fetch(URL_OF_FILES, { method: "POST", body });
    return await response.text();
  }));

  assert.deepEqual(answers, bodies);
  assert.equal(out.world.connected.length, 1);
});

Deno.test("A name that leads inside once it was checked is not connected to", async () => {
  for (const inside of ["127.0.0.1", "169.254.169.254", "fd00:ec2::254", "::ffff:10.0.0.1"]) {
    await using out = openWayOut();
    out.world.names.set("mcp.example.com", [[PUBLIC_ADDRESS], [inside]]);

    await assert.rejects(
      out.http.send(targetAt(URL_OF_FILES), { ...GET, signal: never() }),
      {
        code: "upstream_failed",
        stage: "address",
        message: `Server "files" cannot be called: "mcp.example.com" leads to ${inside}, ` +
          "which is not a public address. For servers in a network of your own, start the " +
          "gateway with AEROSTACK_ALLOW_PRIVATE_UPSTREAMS=1.",
      },
    );

    assert.equal(out.world.lookups.get("mcp.example.com"), 2);
    assert.deepEqual(out.world.connected, []);
  }
});

Deno.test("A name that leads inside among others is not connected to at all", async () => {
  await using out = openWayOut();
  out.world.names.set("mcp.example.com", [[PUBLIC_ADDRESS, "10.0.0.7"]]);

  await assert.rejects(out.egress.fetch(URL_OF_FILES), { name: "EgressRefusal" });

  assert.deepEqual(out.world.connected, []);
});

Deno.test("A refusal is no longer given as the reason once a name leads outside again", async () => {
  await using out = openWayOut();
  out.world.names.set("mcp.example.com", [["10.0.0.7"], [PUBLIC_ADDRESS]]);

  await assert.rejects(out.egress.fetch(URL_OF_FILES), { stage: "address" });
  const response = await out.egress.fetch(URL_OF_FILES);

  assert.equal(await response.text(), "hello");
});

Deno.test("A name that is gone when it is connected to fails at DNS", async () => {
  await using out = openWayOut();
  out.world.names.set("mcp.example.com", [[PUBLIC_ADDRESS], []]);

  await assert.rejects(out.http.send(targetAt(URL_OF_FILES), { ...GET, signal: never() }), {
    stage: "dns",
    fault: "unsent",
    message: /"mcp.example.com" cannot be found in DNS/,
  });
});

Deno.test("A port that servers may not have is not connected to", async () => {
  await using out = openWayOut({ ports: [443] });

  await assert.rejects(out.egress.fetch("https://mcp.example.com:8443/mcp"), {
    name: "EgressRefusal",
    stage: "address",
    message: /Port 8443 is not among those that servers may have, 443/,
  });

  assert.deepEqual(out.world.connected, []);
});

Deno.test("An address that is not there is passed over for the next one", async () => {
  await using out = openWayOut();
  const other = "93.184.216.35";
  out.world.names.set("mcp.example.com", [[PUBLIC_ADDRESS, other]]);
  out.world.troubles.set(PUBLIC_ADDRESS, () => Promise.reject(new Error("no route")));

  const response = await out.egress.fetch(URL_OF_FILES);

  assert.equal(await response.text(), "hello");
  assert.deepEqual(out.world.connected, [`${PUBLIC_ADDRESS} 443`, `${other} 443`]);
});

Deno.test("An address that is silent is not waited for, and let go if it comes later", async () => {
  await using out = openWayOut();
  const other = "93.184.216.35";
  out.world.names.set("mcp.example.com", [[PUBLIC_ADDRESS, other]]);
  const late = Promise.withResolvers<Deno.Conn>();
  out.world.troubles.set(PUBLIC_ADDRESS, () => late.promise);

  const response = await out.egress.fetch(URL_OF_FILES);
  let isClosed = false;
  late.resolve({ close: () => void (isClosed = true) } as Deno.Conn);

  assert.equal(await response.text(), "hello");
  await eventually("the late connection is closed", () => isClosed);
});

Deno.test("A server where nothing listens is said to refuse the connection", async () => {
  await using out = openWayOut();
  out.world.troubles.set(
    PUBLIC_ADDRESS,
    () => Promise.reject(new Deno.errors.ConnectionRefused("refused")),
  );

  await assert.rejects(out.http.send(targetAt(URL_OF_FILES), { ...GET, signal: never() }), {
    stage: "connect",
    fault: "unsent",
    message: /refused the connection; nothing listens/,
  });
});

Deno.test("A server that is not who its name says is not spoken to", async () => {
  let isReached = false;
  await using out = openWayOut({
    handler: () => {
      isReached = true;
      return new Response("hello");
    },
  });
  out.world.names.set("mcp.example.net", [[PUBLIC_ADDRESS]]);

  const sending = out.http.send(targetAt("https://mcp.example.net/mcp"), {
    ...GET,
    signal: never(),
  });

  await assert.rejects(sending, { stage: "tls", message: /certificate/ });
  assert.equal(isReached, false);
});

Deno.test("A request that is taken back ends at the server, whatever it waits for", async () => {
  const cancelled = Promise.withResolvers<void>();
  await using out = openWayOut({
    handler: () =>
      new Response(
        new ReadableStream({
          start: (controller) => controller.enqueue(new Uint8Array(10)),
          cancel: () => cancelled.resolve(),
        }),
      ),
  });

  const reading = new AbortController();
  const response = await out.egress.fetch(URL_OF_FILES, { signal: reading.signal });
  const body = response.body?.getReader();
  await body?.read();
  reading.abort();
  await assert.rejects(async () => await body?.read(), { name: "AbortError" });
  await cancelled.promise;

  const silent = Promise.withResolvers<Deno.Conn>();
  const dialled = Promise.withResolvers<void>();
  out.world.names.set("silent.example.com", [["93.184.216.40"]]);
  out.world.troubles.set("93.184.216.40", () => (dialled.resolve(), silent.promise));
  const connecting = new AbortController();
  const fetching = out.egress.fetch("https://silent.example.com/", { signal: connecting.signal });
  await dialled.promise;
  connecting.abort();
  await assert.rejects(fetching, { name: "AbortError" });
});

Deno.test("A body that is not read is not fetched from the server either", async () => {
  const chunk = new Uint8Array(64 * 1024);
  let sentBytes = 0;
  await using out = openWayOut({
    handler: () =>
      new Response(
        new ReadableStream({
          pull(controller) {
            sentBytes += chunk.length;
            controller.enqueue(chunk);
          },
        }),
      ),
  });

  const response = await out.egress.fetch(URL_OF_FILES);
  let before = -1;
  await eventually("the server stops sending", async () => {
    await pause(50);
    const isStill = before === sentBytes;
    before = sentBytes;
    return isStill;
  });
  await response.body?.cancel();

  assert.ok(sentBytes < 32 * 1024 * 1024, `${sentBytes} bytes were sent to nobody`);
});

Deno.test("Egress.close() ends what is under way, and takes nothing more", async () => {
  await using out = openWayOut({ handler: () => new Response(new ReadableStream()) });
  const response = await out.egress.fetch(URL_OF_FILES);
  const reading = response.text();

  await out.egress.close();

  await assert.rejects(reading);
  await assert.rejects(out.egress.fetch(URL_OF_FILES), { code: "shutting_down" });
});

Deno.test("Where no process may listen, requests go out checked once, and the log says so once", async () => {
  const sent: string[] = [];
  await using out = openWayOut({
    listen: () => {
      throw new Deno.errors.PermissionDenied("not here");
    },
    fetch: (input) => (sent.push(String(input)), Promise.resolve(new Response("plain"))),
  });

  await out.egress.fetch(URL_OF_FILES);
  await out.egress.fetch(URL_OF_FILES);

  assert.equal(sent.length, 2);
  assert.equal(out.log.length, 1);
  assert.match(out.log[0], /checked before each request, and not again when it connects/);
});

Deno.test("Where the gateway ran out of files, nothing goes out unchecked", async () => {
  let isFull = true;
  await using out = openWayOut({
    listen: () => {
      if (isFull) throw Object.assign(new Error("Too many open files"), { code: "EMFILE" });
      return Deno.listen({ hostname: "127.0.0.1", port: 0 });
    },
  });

  await assert.rejects(out.http.send(targetAt(URL_OF_FILES), { ...GET, signal: never() }), {
    stage: "connect",
    message: /no free port or file left/,
  });
  isFull = false;
  const response = await out.egress.fetch(URL_OF_FILES);

  assert.equal(await response.text(), "hello");
  assert.deepEqual(out.log, []);
});

Deno.test("Where a proxy is set, or private addresses are allowed, requests go out as they are", async () => {
  for (const options of [{ outgoingProxy: "HTTPS_PROXY" }, { allowPrivate: true }]) {
    let isPlain = false;
    await using out = openWayOut({
      ...options,
      listen: () => assert.fail("listens"),
      fetch: (_input, init) => {
        isPlain = init === undefined || !("client" in init);
        return Promise.resolve(new Response("plain"));
      },
    });

    await out.egress.fetch(URL_OF_FILES);

    assert.ok(isPlain);
    assert.equal(out.log.length, "outgoingProxy" in options ? 1 : 0);
    for (const line of out.log) assert.match(line, /HTTPS_PROXY.*have it refuse private addresses/);
  }
});
