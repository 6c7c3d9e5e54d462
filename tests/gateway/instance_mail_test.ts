import assert from "node:assert/strict";
import { eventually } from "../_support/eventually.ts";
import { processes, processesWith } from "./_mails.ts";

Deno.test("InstanceMail brings a letter to the one process it is for, with its sender", async () => {
  await using world = await processes("one", "two", "three");
  const [one, two, three] = world.mails;
  const seen: unknown[] = [];
  for (const mail of world.mails) {
    mail.on("hello", (body, from) => void seen.push([mail.instanceId, body, from]));
    await mail.ready();
  }

  await one.send("two", "hello", { n: 1 });
  await three.send("three", "hello", { n: 2 });
  await eventually("both came", () => seen.length === 2);

  assert.deepEqual(
    new Set(seen.map((one) => JSON.stringify(one))),
    new Set([
      '["two",{"n":1},"one"]',
      '["three",{"n":2},"three"]',
    ]),
  );
  assert.equal(two.instanceId, "two");
});

Deno.test("InstanceMail.broadcast() reaches every process but its own, in the order of sending", async () => {
  await using world = await processes("one", "two", "three");
  const [one] = world.mails;
  const seen: string[] = [];
  for (const mail of world.mails) {
    mail.on("news", ({ n }) => void seen.push(`${mail.instanceId} ${n}`));
    await mail.ready();
  }

  await Promise.all([1, 2, 3].map((n) => one.broadcast("news", { n })));
  await eventually("all came", () => seen.length === 6);

  assert.deepEqual(seen.filter((text) => text.startsWith("two")), ["two 1", "two 2", "two 3"]);
  assert.deepEqual(seen.filter((text) => text.startsWith("one")), []);
});

Deno.test("InstanceMail.ask() gives what the other process answers, and its own process too", async () => {
  await using world = await processes("one", "two");
  const [one, two] = world.mails;
  for (const mail of world.mails) {
    mail.on("double", ({ n }) => Promise.resolve({ twice: Number(n) * 2, by: mail.instanceId }));
  }
  await two.ready();

  const answers = await Promise.all([
    one.ask("two", "double", { n: 2 }, 5_000),
    one.ask("two", "double", { n: 3 }, 5_000),
    one.ask("one", "double", { n: 4 }, 5_000),
  ]);

  assert.deepEqual(answers, [
    { twice: 4, by: "two" },
    { twice: 6, by: "two" },
    { twice: 8, by: "one" },
  ]);
});

Deno.test("InstanceMail.ask() ends when the other process is not there, or fails", async () => {
  await using world = await processes("one", "two");
  const [one, two] = world.mails;
  two.on("fail", () => {
    throw new Error("the handler is broken");
  });
  await two.ready();

  await assert.rejects(one.ask("nobody", "hello", {}, 50), { code: "not_found" });
  await assert.rejects(one.ask("two", "fail", {}, 200), { code: "not_found" });

  assert.match(world.log.join(), /letter of the kind "fail".*the handler is broken/);
});

Deno.test("InstanceMail.ask() ends when its time is over before the store has the letter", async () => {
  await using world = await processesWith({ sendingMs: 20 }, "one", "two");
  const [one] = world.mails;

  await assert.rejects(one.ask("two", "hello", {}, 1), { code: "not_found" });
});

Deno.test("InstanceMail.close() ends the questions that wait for an answer, and takes no more", async () => {
  await using world = await processes("one", "two");
  const [one, two] = world.mails;
  const asked = Promise.withResolvers<void>();
  two.on("hello", () => {
    asked.resolve();
    return new Promise<never>(() => {});
  });
  await two.ready();
  const waiting = assert.rejects(one.ask("two", "hello", {}, 60_000), { code: "not_found" });
  await asked.promise;

  one.close();

  await waiting;
  await assert.rejects(one.ask("two", "hello", {}, 60_000), { code: "not_found" });
});

Deno.test("InstanceMail survives letters that are none", async () => {
  await using world = await processes("one", "two");
  const [one, two] = world.mails;
  const seen: unknown[] = [];
  two.on("hello", (body) => void seen.push(body));
  await two.ready();

  for (const text of ["{", "null", '{"kind":"hello","body":{"n":0}}']) {
    await world.post("two", text);
  }
  await one.send("two", "unknown kind", {});
  await one.send("two", "reply", { nobody: "asked" });
  await one.send("two", "hello", { n: 1 });

  await eventually("the good one came", () => seen.length > 0);
  assert.deepEqual(seen, [{ n: 1 }]);
  assert.deepEqual(world.log, []);
});
