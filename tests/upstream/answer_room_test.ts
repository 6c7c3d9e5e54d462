import assert from "node:assert/strict";
import { AnswerRoom, NoRoom } from "../../core/upstream/answer_room.ts";

const MIB = 1024 * 1024;

Deno.test("AnswerRoom refuses what would be too much together, and takes it when others left", () => {
  const room = new AnswerRoom(100 * MIB);
  const [first, second] = [room.place(), room.place()];

  first(60 * MIB);
  second(40 * MIB);
  assert.throws(() => second(41 * MIB), NoRoom);
  first(0);
  second(41 * MIB);
  first(59 * MIB);
  assert.throws(() => first(60 * MIB), NoRoom);
  second(10 * MIB);
  first(60 * MIB);
});

Deno.test("AnswerRoom always has room for small answers, and lets any shrink", () => {
  const room = new AnswerRoom(10 * MIB);
  const large = room.place();
  large(10 * MIB);

  for (let at = 0; at < 100; at++) room.place()(MIB);
  large(9 * MIB);
  assert.throws(() => room.place()(MIB + 1), NoRoom);
});
