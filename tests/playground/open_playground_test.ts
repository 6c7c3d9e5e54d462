import assert from "node:assert/strict";
import { asGatewayError } from "../../core/errors.ts";
import { findSeat, openSeat, takeSeat } from "../../core/playground/open_playground.ts";
import { createToken } from "../../core/tokens/create_token.ts";
import { revokeToken } from "../../core/tokens/revoke_token.ts";
import { hashToken, isWellFormed } from "../../core/tokens/token_text.ts";
import { updateToken } from "../../core/tokens/update_token.ts";
import { AN_ADMIN, someWorkspace, type TestCore, testCore } from "../_support/core.ts";

const ALICE = { name: "alice", sessionText: "a".repeat(43) };
const POLICY = { allow: ["list_*"], deny: [], readOnly: false };
const MINUTE_MS = 60_000;

async function seatIn(core: TestCore, as: string | null = null) {
  return await findSeat(core, "engineering", as);
}

Deno.test("the text of a token follows from session, workspace, policy and hour", async () => {
  using core = await testCore();
  await someWorkspace(core);
  await someWorkspace(core, "other");
  const who = { name: "Bob Lee", policy: POLICY };
  const { id } = await createToken(core, AN_ADMIN, "engineering", who);
  const opens = [
    await takeSeat(core, AN_ADMIN, ALICE, await seatIn(core)),
    await takeSeat(core, AN_ADMIN, ALICE, await seatIn(core, id)),
    await takeSeat(core, AN_ADMIN, ALICE, await findSeat(core, "other", null)),
    await takeSeat(core, AN_ADMIN, { ...ALICE, sessionText: "b".repeat(43) }, await seatIn(core)),
  ];

  const texts = opens.map(({ bearer }) => bearer.reveal());

  assert.equal(new Set(texts).size, 4);
  for (const [at, text] of texts.entries()) {
    assert.ok(isWellFormed(text) && text.startsWith("mwt_playground_"));
    assert.equal(opens[at].token.hash, hashToken(text));
  }
  const again = await openSeat(core, ALICE, await seatIn(core));
  assert.equal(again?.bearer.reveal(), texts[0]);
  assert.equal(String(again?.bearer), "[redacted]");
});

Deno.test("a seat is taken once, over the change of an hour, until its own hour is over", async () => {
  using core = await testCore();
  await someWorkspace(core);
  const first = await takeSeat(core, AN_ADMIN, ALICE, await seatIn(core));

  core.advance(59 * MINUTE_MS);
  const later = await takeSeat(core, AN_ADMIN, ALICE, await seatIn(core));
  core.advance(2 * MINUTE_MS);
  const over = await openSeat(core, ALICE, await seatIn(core));
  const next = await takeSeat(core, AN_ADMIN, ALICE, await seatIn(core));

  assert.equal(later.token.id, first.token.id);
  assert.equal(over, null);
  assert.notEqual(next.token.id, first.token.id);
});

Deno.test("two tabs that open it in the same moment have one token", async () => {
  using core = await testCore();
  await someWorkspace(core);
  const seat = await seatIn(core);

  const opens = await Promise.all([1, 2, 3].map(() => takeSeat(core, AN_ADMIN, ALICE, seat)));

  assert.equal(new Set(opens.map(({ token }) => token.id)).size, 1);
  assert.equal((await core.tokens.listAll(seat.workspace.id)).length, 1);
});

Deno.test("a changed policy holds before anything is shown again", async () => {
  using core = await testCore();
  await someWorkspace(core);
  const who = { name: "Bob Lee", policy: POLICY };
  const { id } = await createToken(core, AN_ADMIN, "engineering", who);
  const before = await takeSeat(core, AN_ADMIN, ALICE, await seatIn(core, id));

  await updateToken(core, AN_ADMIN, "engineering", id, { policy: { ...POLICY, readOnly: true } });
  const looked = await openSeat(core, ALICE, await seatIn(core, id));
  const after = await takeSeat(core, AN_ADMIN, ALICE, await seatIn(core, id));

  assert.equal(looked, null);
  assert.equal(after.token.id, before.token.id);
  assert.equal(after.token.policy?.readOnly, true);
});

Deno.test("a token that was revoked is replaced, up to 20 times an hour", async () => {
  using core = await testCore();
  await someWorkspace(core);
  const seat = await seatIn(core);
  const opened = new Set<string>();
  for (let time = 0; time < 20; time++) {
    const { token } = await takeSeat(core, AN_ADMIN, ALICE, seat);
    opened.add(token.id);
    await revokeToken(core, AN_ADMIN, "engineering", token.id);
  }

  assert.equal(opened.size, 20);
  await assert.rejects(takeSeat(core, AN_ADMIN, ALICE, seat), (error) => {
    return /again and again/.test(asGatewayError(error).publicMessage);
  });
});

Deno.test("there is no seat in a workspace, or with a token, that is not there", async () => {
  using core = await testCore();
  await someWorkspace(core);
  const { id } = await createToken(core, AN_ADMIN, "engineering", { name: "Bob Lee" });
  await revokeToken(core, AN_ADMIN, "engineering", id);

  for (const [slug, as] of [["none", null], ["engineering", id], ["engineering", "x"]] as const) {
    const refused = (error: unknown) => asGatewayError(error).code === "not_found";
    await assert.rejects(findSeat(core, slug, as), refused);
  }
});
