import assert from "node:assert/strict";
import { InFlight } from "../../core/gateway/in_flight.ts";
import { Posts, type PostsDeps } from "../../core/gateway/posts.ts";
import { newTokenId } from "../../core/ids.ts";
import { parseMessages } from "../../core/mcp/message.ts";
import { processes } from "./_mails.ts";

Deno.test("a batch that has no room takes none of it away", async () => {
  await using world = await processes("one");
  const inFlight = new InFlight(world.mails[0]);
  const others = Array.from({ length: 1_999 }, () => inFlight.begin(null));
  const posts = new Posts({ inFlight, log: () => {} } as unknown as PostsDeps);
  const body =
    '[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","id":2,"method":"ping"}]';
  const endpoint = {
    slug: "team",
    access: { token: { id: newTokenId() } },
    scope: { server: null },
  } as unknown as Parameters<Posts["answer"]>[0]["endpoint"];

  const content = parseMessages(body);
  assert.ok(content !== null);
  await assert.rejects(
    posts.answer({ endpoint, headers: new Headers(), body, content }),
    /2000 requests, which is its limit/,
  );

  assert.equal(inFlight.size, 1_999);
  for (const flight of others) flight[Symbol.dispose]();
  assert.equal(inFlight.size, 0);
});
