import assert from "node:assert/strict";
import { RecentAnswers } from "../core/recent_answers.ts";
import { START } from "./_support/core.ts";

/** Answers that count, each of which takes so long by a clock that stands still otherwise. */
function countingAnswers(takesMs: number, patienceMs: number | null = 25) {
  let nowMs = START.getTime();
  let made = 0;
  const answers = new RecentAnswers<number>({ now: () => new Date(nowMs), patienceMs });
  const make = () => {
    nowMs += takesMs;
    return Promise.resolve(++made);
  };
  return { answers, make, made: () => made, advance: (ms: number) => void (nowMs += ms) };
}

/** Asks until what is made meanwhile is given. */
async function newest<Answer>(answers: RecentAnswers<Answer>, make: () => Promise<Answer>) {
  for (;;) {
    const given = await answers.get("a", make);
    if (given !== null && !given.isOld) return given.answer;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

Deno.test("an answer that took long is given again for 20 times as long", async () => {
  const { answers, make, advance } = countingAnswers(1_000);
  const first = await newest(answers, make);
  advance(19_999);
  const again = await answers.get("a", make);
  advance(1);
  const old = await answers.get("a", make);

  assert.deepEqual([first, again, old], [
    1,
    { answer: 1, isOld: false },
    { answer: 1, isOld: true },
  ]);
  assert.equal(await newest(answers, make), 2);
});

Deno.test("what took long is made anew after a minute all the same", async () => {
  const { answers, make, advance } = countingAnswers(10_000);
  await newest(answers, make);
  advance(59_999);
  const again = await answers.get("a", make);
  advance(1);

  assert.deepEqual([again?.isOld, (await answers.get("a", make))?.isOld], [false, true]);
  answers.close();
});

Deno.test("what takes no longer than a moment is made for each who asks", async () => {
  const { answers, make } = countingAnswers(25);

  assert.deepEqual([await newest(answers, make), await newest(answers, make)], [1, 2]);
});

Deno.test("where who asks waits as long as it takes, every answer is of now", async () => {
  const { answers, make } = countingAnswers(100_000, null);

  const given = [await answers.get("a", make), await answers.get("a", make)];

  assert.deepEqual(given, [{ answer: 1, isOld: false }, { answer: 2, isOld: false }]);
});

Deno.test("who asks while the first answer is made is told so, and it is made once", async () => {
  const { answers, make, made } = countingAnswers(100);
  const { promise, resolve } = Promise.withResolvers<void>();
  const slowly = async () => {
    await promise;
    return make();
  };

  const meanwhile = [await answers.get("a", slowly), await answers.get("a", slowly)];
  resolve();

  assert.deepEqual(meanwhile, [null, null]);
  assert.deepEqual([await newest(answers, slowly), made()], [1, 1]);
});

Deno.test("an answer that is too old is not given while a new one is made", async () => {
  const { answers, make, advance } = countingAnswers(100);
  await newest(answers, make);
  advance(15 * 60_000);
  const { promise, resolve } = Promise.withResolvers<number>();

  const given = await answers.get("a", () => promise);
  resolve(7);

  assert.equal(given, null);
});

Deno.test("so many answers are made at once, and more of them only afterwards", async () => {
  const { answers, make } = countingAnswers(100);
  const { promise, resolve } = Promise.withResolvers<number>();
  for (const question of ["x", "y"]) await answers.get(question, () => promise);

  let isMade = false;
  const given = await answers.get("a", () => {
    isMade = true;
    return make();
  });
  assert.deepEqual([given, isMade], [null, false]);

  resolve(0);
  assert.equal(await newest(answers, make), 1);
});

Deno.test("an answer that failed is made anew, and who asks next is told of one nobody waited for", async () => {
  const { answers, make } = countingAnswers(100);
  await assert.rejects(answers.get("a", () => Promise.reject(new Error("no"))), /no/);
  const { promise, reject } = Promise.withResolvers<number>();

  assert.equal(await answers.get("a", () => promise), null);
  reject(new Error("late"));
  await new Promise((resolve) => setTimeout(resolve, 0));

  await assert.rejects(answers.get("a", make), /late/);
  assert.equal(await newest(answers, make), 1);
});

Deno.test("settled() waits for what is made, also for what nobody waits for any more", async () => {
  const answers = new RecentAnswers<string>({ now: () => new Date(), patienceMs: 1 });
  const { promise, resolve } = Promise.withResolvers<string>();
  await answers.settled();

  assert.equal(await answers.get("a", () => promise), null);
  let isSettled = false;
  const settled = answers.settled().then(() => isSettled = true);
  await new Promise((done) => setTimeout(done, 20));
  assert.equal(isSettled, false);
  resolve("made");
  await settled;

  assert.deepEqual(await answers.get("a", () => promise), { answer: "made", isOld: false });
});
