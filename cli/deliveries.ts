import { type Command, Option } from "commander";
import { DeliveryState, DeliveryView, ResendReport } from "../core/webhooks/delivery.ts";
import { WebhookView } from "../core/webhooks/webhook.ts";
import type { ApiClient } from "./api_client.ts";
import { apiPath } from "./api_path.ts";
import { wrongUsage } from "./cli_error.ts";
import { firstLine, formatTable } from "./output.ts";
import type { Session } from "./session.ts";
import { relativeTime, wholeNumber } from "./times.ts";
import { verb } from "./verb.ts";

interface ListOptions {
  webhook?: string;
  state?: DeliveryState;
  limit: number;
}

interface ResendOptions {
  allDead?: boolean;
  webhook?: string;
}

/** `webhook deliveries`, `webhook resend`. */
export function addDeliveryVerbs(webhook: Command, session: Session): void {
  verb(webhook, "deliveries", "list what was sent, what waits and what was given up", [
    "aerostack webhook deliveries --state dead",
    'aerostack webhook deliveries --webhook "On call" --limit 10 --json',
  ])
    .option("--webhook <name>", "only of this webhook: a name, or an id")
    .addOption(new Option("--state <state>", "only in this state").choices(DeliveryState.options))
    .option("--limit <number>", "how many", wholeNumber("--limit", 1, 10_000), 50)
    .action((options: ListOptions) => list(session, options));

  verb(webhook, "resend [delivery]", "send again what was given up, or one delivery", [
    "aerostack webhook resend dlv_0123456789abcdefghij",
    "aerostack webhook resend --all-dead",
    'aerostack webhook resend --all-dead --webhook "On call"',
  ])
    .option("--all-dead", "everything that was given up")
    .option("--webhook <name>", "with --all-dead: only of this webhook")
    .action((id: string | undefined, options: ResendOptions) => resend(session, id, options));
}

async function list(session: Session, { webhook, state, limit }: ListOptions): Promise<void> {
  const query = new URLSearchParams();
  if (webhook !== undefined) query.set("webhook", webhook);
  if (state !== undefined) query.set("state", state);
  const api = await session.api();
  const answer = await api.list("/webhook-deliveries", DeliveryView, limit, query);

  const now = session.terminal.now();
  const rows = answer.value.map((delivery) => [
    delivery.id,
    relativeTime(delivery.createdAt, now),
    delivery.webhook.name,
    delivery.type,
    delivery.state,
    delivery.tries,
    whatHappened(delivery, now),
  ]);
  session.show(
    answer.body,
    rows.length > 0
      ? formatTable(["ID", "WHEN", "WEBHOOK", "ALERT", "STATE", "TRIES", "LAST"], rows)
      : "No such deliveries.",
  );
}

function whatHappened({ state, reason, attempts, dueAt }: DeliveryView, now: Date): string {
  if (state === "dead") return firstLine(reason ?? "");
  const last = attempts.at(-1);
  if (last === undefined) return "-";
  if (last.error === null) return `HTTP ${last.status}`;
  const next = dueAt === null ? "" : `; again ${relativeTime(dueAt, now)}`;
  return firstLine(last.error + next);
}

async function resend(
  session: Session,
  id: string | undefined,
  { allDead = false, webhook }: ResendOptions,
): Promise<void> {
  if ((id === undefined) === !allDead || (id !== undefined && webhook !== undefined)) {
    throw wrongUsage("Give the id of a delivery, or --all-dead, with or without --webhook.");
  }
  const api = await session.api();
  if (id === undefined) return await resendDead(session, api, webhook);

  const path = apiPath`/webhook-deliveries/${id}/resend`;
  const answer = await api.send({ method: "POST", path }, DeliveryView);
  session.show(answer.body, `${id} is sent again, under the id that its receiver may know.`);
}

async function resendDead(session: Session, api: ApiClient, webhook?: string): Promise<void> {
  const all = webhook === undefined ? (await api.list("/webhooks", WebhookView)).value : [];
  // To what is disabled nothing is sent; that must not keep the others from getting theirs.
  const disabled = all.filter((one) => one.disabled !== null && one.dead > 0);
  const ids = all.filter((one) => one.disabled === null).map(({ id }) => id);
  let resent = 0;
  for (const name of webhook === undefined ? ids : [webhook]) {
    for (let hasMore = true; hasMore;) {
      const path = apiPath`/webhooks/${name}/resend`;
      const { value } = await api.send({ method: "POST", path, timeoutSeconds: 120 }, ResendReport);
      resent += value.resent;
      hasMore = value.hasMore && value.resent > 0;
    }
  }
  const skipped = disabled.map(({ name }) => name);
  session.show({ resent, skipped }, resentInWords(resent, skipped));
}

function resentInWords(resent: number, skipped: readonly string[]): string {
  const what = resent === 1 ? "1 delivery is" : `${resent} deliveries are`;
  if (skipped.length === 0) return resent === 0 ? "Nothing was given up." : `${what} sent again.`;
  return `${what} sent again. Not those of ${skipped.join(", ")}, disabled: enable it first.`;
}
