import assert from "node:assert/strict";
import fc from "fast-check";
import type { Dialled } from "../../core/egress/checked_dial.ts";
import {
  type Destination,
  readCredentials,
  readDestination,
  readGreeting,
  SocksFault,
} from "../../core/egress/socks_messages.ts";
import { TunnelDoor } from "../../core/egress/tunnel_door.ts";

const CREDENTIALS = "gateway:p4ssw0rd";
const encoder = new TextEncoder();

Deno.test("readDestination() gives names, and addresses as they are written", async () => {
  const cases: [number[], Destination][] = [
    [[5, 1, 0, 1, 8, 8, 4, 4, 1, 187], { host: "8.8.4.4", port: 443 }],
    [
      [5, 1, 0, 4, 0x26, 6, 0x47, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x11, 0x11, 0x20, 0xfb],
      { host: "2606:4700:0:0:0:0:0:1111", port: 8443 },
    ],
    [[5, 1, 0, 3, 4, ...encoder.encode("a.io"), 0, 80], { host: "a.io", port: 80 }],
  ];

  for (const [bytes, destination] of cases) {
    assert.deepEqual(await readDestination(readerOf(bytes)), destination);
  }
});

Deno.test("Whatever a client says is understood, refused or cut off, and never anything else", async () => {
  const text = fc.uint8Array({ maxLength: 300 });
  await fc.assert(
    fc.asyncProperty(text, async (bytes) => {
      for (const read of [readGreeting, readCredentials, readDestination]) {
        try {
          await read(readerOf([...bytes]));
        } catch (error) {
          assert.ok(error instanceof SocksFault || error instanceof Ended, String(error));
        }
      }
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("TunnelDoor lets nobody through who does not show its credentials", async () => {
  const strangers: Record<string, (number | string)[][]> = {
    "no credentials": [[5, 1, 0]],
    "a wrong password": [[5, 1, 2], [1, 7, "gateway", 8, "password"], [...wanted("a.io")]],
    "a shorter password": [[5, 1, 2], [1, 7, "gateway", 0], [...wanted("a.io")]],
    "no handshake": [wanted("a.io")],
    "HTTP": [["CONNECT a.io:443 HTTP/1.1\r\n\r\n"]],
  };

  for (const [what, messages] of Object.entries(strangers)) {
    await using door = openDoor();
    using client = await Deno.connect({ hostname: "127.0.0.1", port: door.port });
    const answers = await converse(client, messages);

    assert.deepEqual(door.dialled, [], what);
    assert.ok(answers.length === 0 || answers.at(-1) !== 0, what);
  }
});

Deno.test("TunnelDoor connects who shows its credentials, and tells the end of either side", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  await using door = openDoor(() => Deno.connect({ hostname: "127.0.0.1", port }));
  using client = await Deno.connect({ hostname: "127.0.0.1", port: door.port });
  const served = listener.accept();

  await converse(client, [[5, 1, 2], [1, 7, "gateway", 8, "p4ssw0rd"], wanted("a.io")], 14);
  using server = await served;
  listener.close();
  await client.write(encoder.encode("question"));
  await client.closeWrite();
  const question = await new Response(server.readable).text();
  // Its reader closed the server's side: that is the end of both.
  const rest = await client.read(new Uint8Array(10));

  assert.deepEqual(door.dialled, [{ host: "a.io", port: 443 }]);
  assert.equal(question, "question");
  assert.equal(rest, null);
});

Deno.test("TunnelDoor passes an answer on after its client said that it is done", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  await using door = openDoor(() => Deno.connect({ hostname: "127.0.0.1", port }));
  using client = await Deno.connect({ hostname: "127.0.0.1", port: door.port });
  const served = listener.accept();

  await converse(client, [[5, 1, 2], [1, 7, "gateway", 8, "p4ssw0rd"], wanted("a.io")], 14);
  using server = await served;
  listener.close();
  await client.closeWrite();
  assert.equal(await server.read(new Uint8Array(10)), null);
  await server.write(encoder.encode("late answer"));
  server.close();

  const answer = new Uint8Array(20);
  const sizeBytes = await client.read(answer) ?? 0;
  assert.equal(new TextDecoder().decode(answer.subarray(0, sizeBytes)), "late answer");
});

Deno.test("TunnelDoor lets the next client in where one could not be: the process had no file left", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  let failing = 2;
  const failsFirst = new Proxy(listener, {
    get(target, name) {
      if (name === "accept" && failing-- > 0) {
        return () => Promise.reject(new Error("Too many open files (os error 24)"));
      }
      const value = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  await using door = openDoor(undefined, failsFirst);
  using client = await Deno.connect({ hostname: "127.0.0.1", port: door.port });

  const answers = await converse(client, [[5, 1, 2]], 2);

  assert.deepEqual(answers, [5, 2]);
  assert.ok(failing < 0);
});

class Ended extends Error {}

function readerOf(bytes: number[]) {
  let at = 0;
  return (sizeBytes: number) => {
    if (at + sizeBytes > bytes.length) return Promise.reject(new Ended());
    return Promise.resolve(Uint8Array.from(bytes.slice(at, at += sizeBytes)));
  };
}

function wanted(host: string): (number | string)[] {
  return [5, 1, 0, 3, host.length, host, 1, 187];
}

function openDoor(
  connect?: () => Promise<Deno.Conn>,
  listener: Deno.Listener = Deno.listen({ hostname: "127.0.0.1", port: 0 }),
) {
  const dialled: Destination[] = [];
  const door = new TunnelDoor({
    listener,
    credentials: CREDENTIALS,
    async dial(destination): Promise<Dialled> {
      dialled.push(destination);
      if (connect === undefined) return { ok: false, reply: "failed", sentence: "" };
      return { ok: true, connection: await connect() };
    },
  });
  return { port: door.port, dialled, [Symbol.asyncDispose]: () => door.close() };
}

/** Says all of it at once, and gives the answers up to the end, or to so many bytes. */
async function converse(
  client: Deno.Conn,
  messages: (number | string)[][],
  sizeBytes = Infinity,
): Promise<number[]> {
  const bytes = messages.flat().flatMap((part) => {
    return typeof part === "number" ? [part] : [...encoder.encode(part)];
  });
  await client.write(Uint8Array.from(bytes));

  const answers: number[] = [];
  const buffer = new Uint8Array(100);
  while (answers.length < sizeBytes) {
    // A side that closes with something unread resets the connection.
    const n = await client.read(buffer).catch(() => null);
    if (n === null) break;
    answers.push(...buffer.subarray(0, n));
  }
  return answers;
}
