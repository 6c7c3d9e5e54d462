import assert from "node:assert/strict";
import { announce } from "../../tasks/announce.ts";
import { bareServices } from "../_support/bare_services.ts";

/** What was logged about a store that closed before it was read. */
async function loggedOnClosedStore(isStopping: boolean): Promise<string[]> {
  const services = await bareServices(":memory:");
  await services.close();
  const logged: string[] = [];
  await announce({ ...services, log: (line) => logged.push(line) }, { isStopping });
  return logged;
}

Deno.test("announce() leaves a process alone that is told to end while it looks into the store", async () => {
  assert.deepEqual(await loggedOnClosedStore(true), []);
});

Deno.test("announce() says what to do where the store cannot be read", async () => {
  const [line, ...more] = await loggedOnClosedStore(false);

  assert.match(
    line,
    /^Cannot see whether somebody can sign in already \(.+\); make a link with: deno task sign-in$/,
  );
  assert.deepEqual(more, []);
});
