// One of several processes on the store at the given path. It does what each line of its
// input says: it lets a person in, or ends an access in the middle of calls that begin at
// random times, here and in the others.
import process from "node:process";
import { createInterface } from "node:readline";
import { disableServer, enableServer } from "../../../core/servers/disable_server.ts";
import { offboardMember } from "../../../core/members/offboard_member.ts";
import { createToken } from "../../../core/tokens/create_token.ts";
import { revokeToken } from "../../../core/tokens/revoke_token.ts";
import { disableWorkspace, enableWorkspace } from "../../../core/workspaces/disable_workspace.ts";
import { bareServices } from "../../_support/bare_services.ts";
import { AN_ADMIN } from "../../_support/core.ts";
import { answerIn, modern } from "../../gateway/_requests.ts";
import type { Answered, End, Order, Reply } from "../_access_ends.ts";

const services = await bareServices(Deno.args[0]);

function say(reply: Reply): void {
  console.log(JSON.stringify(reply));
}

async function obey(order: Order): Promise<void> {
  const { lane, round } = order;
  const about = { lane, round };
  if (order.kind === "let in") {
    const { workspace, email } = order;
    const { token, id } = await createToken(services, AN_ADMIN, workspace, { name: "A", email });
    return say({ ...about, kind: "let in", token, id });
  }
  if (order.kind === "open again") {
    if (order.how === "disable server") await enableServer(services, AN_ADMIN, order.server);
    else await enableWorkspace(services, AN_ADMIN, order.workspace);
    return say({ ...about, kind: "opened" });
  }

  let isOver = false;
  const calls = order.calls.map(async ({ id, tool, afterMs }) => {
    await pause(afterMs);
    return await call(order, id, tool, isOver);
  });
  const { end } = order;
  if (end === null) {
    return say({ ...about, kind: "called", endedMs: null, calls: await Promise.all(calls) });
  }

  await pause(end.afterMs);
  await bringAbout(end);
  const endedMs = Date.now();
  isOver = true;
  const last = order.lastCalls.map(({ id, tool }) => call(order, id, tool, true));
  say({ ...about, kind: "called", endedMs, calls: await Promise.all([...calls, ...last]) });
}

async function bringAbout({ how, workspace, server, tokenId, email }: End): Promise<void> {
  switch (how) {
    case "revoke":
      return void await revokeToken(services, AN_ADMIN, workspace, tokenId);
    case "offboard":
      return void await offboardMember(services, AN_ADMIN, email);
    case "disable workspace":
      return void await disableWorkspace(services, AN_ADMIN, workspace);
    case "disable server":
      return void await disableServer(services, AN_ADMIN, server, "admin");
  }
}

async function call(
  { token, workspace, server, address }: Order & { kind: "call" },
  id: string,
  tool: string,
  isAfter: boolean,
): Promise<Answered> {
  const params = { name: `${server}__${tool}`, arguments: { call: id } };
  const request = modern(token, "tools/call", params);
  const beganMs = Date.now();
  const response = await services.gateway.handle(request, workspace, null, address);
  const { result, error } = await answerIn(response);
  const outcome = result === undefined ? `${response.status} ${error?.message}` : "ok";
  return { id, tool, beganMs, isAfter, outcome };
}

function pause(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}

console.log("ready");
for await (const line of createInterface({ input: process.stdin })) {
  const order: Order = JSON.parse(line);
  obey(order).catch((error) => {
    say({ lane: order.lane, round: order.round, kind: "failed", why: String(error) });
  });
}
await services.close();
