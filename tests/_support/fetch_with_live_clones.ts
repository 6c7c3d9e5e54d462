// Loaded before the Inspector, in its process.
//
// In Deno, reading a clone of an unfinished answer to its end blocks the answer
// itself. The Inspector does so with every stream that it opens by POST, and
// would wait for ever. A body that has passed through a stream of JavaScript is
// not affected.
const original = globalThis.fetch;

globalThis.fetch = async (input, init) => {
  const answer = await original(input, init);
  if (answer.body === null) return answer;
  return new Response(answer.body.pipeThrough(new TransformStream()), answer);
};
