import assert from "node:assert/strict";
import fc from "fast-check";
import { adminApi } from "../_support/admin_api.ts";
import { legacy } from "../gateway/_requests.ts";
import { startWorld } from "../gateway/_world.ts";
import { assertWellFormed, fuzz, headerText, mutated, read } from "./_door.ts";

Deno.test("no bearer but a token's own opens a workspace, and all are refused alike", async () => {
  await using world = await startWorld();
  const { token } = await world.addToken();
  const refused = await read(world.send(legacy("mwt_nobody", "ping")));
  const header = fc.oneof(
    headerText,
    headerText.map((text) => `Bearer ${text}`),
    mutated(token).map((text) => `Bearer ${text}`),
    mutated(`Bearer ${token}`).filter((text) => !isTheBearer(text, token)),
  );

  await fuzz(1_500, [header], async (authorization) => {
    const request = legacy(token, "ping", {}, { headers: { authorization } });
    const answer = await read(world.send(request));
    assert.deepEqual(answer, refused);
  });

  assert.equal(refused.status, 401);
  assert.equal((await read(world.send(legacy(token, "ping")))).status, 200);
});

Deno.test("no bearer but an admin's opens the admin API", async () => {
  await using api = await adminApi();
  const made = await api.send("POST", "/admin-tokens", { name: "Alice Chen" });
  const { token } = made.body;
  const header = fc.oneof(headerText, mutated(token).map((text) => `Bearer ${text}`));

  await fuzz(800, [header], async (authorization) => {
    const { status, text, headers } = await api.send("GET", "/servers", undefined, {
      authorization,
    });
    assertWellFormed({ status, text, type: headers.get("content-type") ?? "" });
    assert.equal(status, 401);
  });
});

/** A header that differs in nothing that matters. */
function isTheBearer(text: string, token: string): boolean {
  return /^bearer +/i.test(text) && text.trim().replace(/^bearer +/i, "") === token;
}
