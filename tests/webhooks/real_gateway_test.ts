import assert from "node:assert/strict";
import { Webhook as Verifier } from "standardwebhooks";
import { aerostack } from "../cli/_command.ts";
import { eventually } from "../_support/eventually.ts";
import {
  ADMIN_TOKEN,
  openWorkspace,
  type RunningGateway,
  startGateway,
} from "../_support/gateway.ts";
import { startGatewayPair } from "../_support/gateway_pair.ts";
import { startBothEras } from "../_support/modern_upstreams.ts";
import { askModern } from "../_support/raw_mcp.ts";
import { startReceiver, taken } from "./_receiver.ts";

const OPTIONS = { sanitizeOps: false, sanitizeResources: false };

/** Runs the command against one of the processes. */
async function run({ origin }: RunningGateway, ...args: string[]): Promise<string> {
  const env = { AEROSTACK_URL: origin, AEROSTACK_TOKEN: ADMIN_TOKEN };
  const { code, out, err } = await aerostack(args, { env });
  assert.deepEqual([code, err], [0, ""], args.join(" "));
  return out;
}

Deno.test(
  "a token that the command revokes at one process is an alert, whichever process sends it",
  OPTIONS,
  async () => {
    await using receiver = startReceiver();
    await using pair = await startGatewayPair();
    const { a, b } = pair;
    const added = JSON.parse(
      await run(a, "webhook", "add", "--name", "On call", "--url", receiver.url, "--json"),
    );
    const verifier = new Verifier(added.secret);
    assert.match(await run(b, "webhook", "test", "On call"), /took the message \(HTTP 204\)/);
    await a.admin.addWorkspace("team");

    for (const [round, process] of [a, b].entries()) {
      const { id } = await process.admin.addToken("team", `Member ${round}`);
      await run(process, "workspace", "token", "revoke", "team", id);
      const message = await eventually(`the alert of round ${round}`, () => {
        return receiver.got.find(({ json }) => json.data.person === `Member ${round}`);
      });
      const headers = Object.fromEntries(message.headers);
      assert.deepEqual(verifier.verify(message.text, headers), message.json);
      assert.deepEqual(message.json.data.by, {
        name: "AEROSTACK_ADMIN_TOKEN",
        kind: "environment",
        via: "cli",
      });
    }

    // Whoever sends may be killed: another one goes on, and what it knew is in the store.
    await eventually("both are made", async () => {
      const out = await run(b, "webhook", "deliveries", "--state", "delivered", "--json");
      return JSON.parse(out).items.length === 2;
    });
    const ids = receiver.got.map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
  },
);

Deno.test("the command shows what was given up, and has it sent again", OPTIONS, async () => {
  await using receiver = startReceiver(() => new Response(null, { status: 410 }));
  await using pair = await startGatewayPair();
  const { a, b } = pair;
  await run(a, "webhook", "add", "--name", "On call", "--url", receiver.url);
  await a.admin.addWorkspace("team");
  const { id } = await b.admin.addToken("team", "Alice Chen");
  await b.admin.revokeToken("team", id);

  await eventually("it is given up", async () => {
    return /given up|410/.test(await run(b, "webhook", "deliveries", "--state", "dead"));
  });
  const gone = await run(a, "webhook", "show", "On call");
  assert.match(gone, /State +disabled \(HTTP 410\)[^]*0 waiting, 1 given up/);

  receiver.answer = taken;
  await run(b, "webhook", "update", "On call", "--enable");
  assert.match(await run(b, "webhook", "resend", "--all-dead"), /1 delivery is sent again/);

  await eventually("it arrives", () => receiver.got.length === 2);
  assert.equal(receiver.got[0].id, receiver.got[1].id);
  const audit = JSON.parse(await run(a, "audit", "list", "--action", "webhook", "--json"));
  assert.deepEqual(audit.items.map(({ action }: { action: string }) => action).reverse(), [
    "webhook.add",
    "webhook.update",
    "webhook.update",
    "webhook.resend",
  ]);
});

Deno.test(
  "a server that sends back its secret is an alert, and another that it is blocked",
  OPTIONS,
  async () => {
    await using upstream = startBothEras();
    await using receiver = startReceiver();
    await using gateway = await startGateway();
    const { admin } = gateway;
    const { token } = await openWorkspace(gateway, { files: upstream });
    await admin.setSecret("files", "API_KEY", "sk_live_51Hq0Kc2eZvKYlo2C", [
      { kind: "header", name: "x-api-key" },
    ]);
    await run(gateway, "mcp", "update", "files", "--on-leak", "block");
    await run(gateway, "webhook", "add", "--name", "On call", "--url", receiver.url);

    const target = { url: gateway.workspaceUrl("team"), token };
    await askModern(target, "tools/call", {
      name: "files__whoami",
      arguments: { headers: ["x-api-key"] },
    });

    await eventually("both alerts", () => receiver.got.length === 2);
    const types = receiver.got.map(({ json }) => json.type).sort();
    assert.deepEqual(types, ["leak.detected", "server.blocked"]);
    for (const { text } of receiver.got) assert.ok(!text.includes("sk_live"));
  },
);
